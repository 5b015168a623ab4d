"""textkit: small tools for small documents, from words to whole HTML pages."""
