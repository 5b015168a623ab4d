"""What a candidate does on inputs that nobody wrote down: properties of the spec, and those that go without saying."""
