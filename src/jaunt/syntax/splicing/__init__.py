"""Definitions of an answer, put into the code that stands."""
