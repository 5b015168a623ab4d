"""What is remembered of builds: what was generated, from what, how long it took."""
