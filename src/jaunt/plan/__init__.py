"""The one dirty rule, and what follows from it."""
