"""What tests assert, as their source says it: whether they can fail at all."""
