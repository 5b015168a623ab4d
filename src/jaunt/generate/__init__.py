"""From a context to a candidate: what a backend is, what it is told, and the providers."""
