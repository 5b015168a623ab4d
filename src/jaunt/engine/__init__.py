"""Jobs in, outcomes out; doit orders them."""
