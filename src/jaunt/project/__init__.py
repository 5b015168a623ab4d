"""All specs of a project: listed, imported, linked, cached."""
