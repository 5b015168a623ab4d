"""Generated tests that could not fail, whatever the code is that they are for."""
