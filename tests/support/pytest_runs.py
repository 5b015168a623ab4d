"""Runs of pytest in child processes: without the settings of this very run, and without the plugins installed here.

A plugin's modules are rewritten by pytest as tests are; where no bytecode may be written, that takes each run a second.
"""

import pytest

from jaunt.config import SandboxConfig

NO_PLUGINS = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
QUIET = ["-q", "-p", "no:cacheprovider"]

WITHOUT_PLUGINS = SandboxConfig(env=[NO_PLUGINS])
"""A sandbox in which the variable reaches pytest."""


def set_bare_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings from outside, and plugins, from the runs of a test."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.delenv("PYTHONPATH", raising=False)  # may hold relative folders
    monkeypatch.setenv(NO_PLUGINS, "1")
