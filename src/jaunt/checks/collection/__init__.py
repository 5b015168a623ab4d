"""Generated tests, collected and set up by pytest before they land."""
