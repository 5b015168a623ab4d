"""From what a model said to a candidate."""
