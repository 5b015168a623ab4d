"""The test specs of textkit."""
