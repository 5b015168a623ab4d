"""What can be no spec, and why."""

BELONGS_ABOVE = "write it above @jaunt.magic, which hands it the generated code"
"""What to do about a decorator below jaunt's that keeps the stub."""
