"""What a candidate's text alone tells."""
