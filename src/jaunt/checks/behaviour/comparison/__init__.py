"""Versions of a module's code on the same drawn inputs, in the sandbox: where they behave differently, and how."""
