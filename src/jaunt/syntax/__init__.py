"""Python source as text and tree; knows no project."""
