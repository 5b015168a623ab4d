"""Candidates imported and asked in the sandbox; what they answer is judged outside of it."""
