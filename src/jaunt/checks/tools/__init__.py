"""Checks by other programs: ruff and ty."""
