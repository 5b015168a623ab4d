"""What a candidate has to pass, a check a file."""
