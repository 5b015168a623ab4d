"""Where pytest's settings may stand."""

SETTINGS = ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
"""The files that may hold pytest's settings, in pytest's own order."""
