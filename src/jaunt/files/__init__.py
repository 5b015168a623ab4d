"""Files on disk: contained atomic writes, temporary names, locks."""
