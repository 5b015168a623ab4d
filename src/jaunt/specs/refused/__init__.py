"""What can be no spec, and why."""
