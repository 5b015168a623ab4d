"""Specs that are methods of handwritten classes."""
