"""What is told of stale specs before a model is asked."""
