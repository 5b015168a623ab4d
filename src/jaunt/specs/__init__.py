"""What one spec says, and what of it counts."""
