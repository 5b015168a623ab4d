"""The examples of the specs, run in the sandbox."""
