"""Versions of code compared, and what came of it told."""
