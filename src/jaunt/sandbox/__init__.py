"""Untrusted code, run under limits."""
