"""Fixtures that the tests of `jaunt watch` share."""

import sys
from pathlib import Path

import pytest
from projects import write_files
from watched import ANSWER, CONFIG, SPEC, TEST


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of one module and its test, and a provider that answers anything."""
    files = {
        "jaunt.toml": CONFIG.format(python=sys.executable),
        "answer.py": ANSWER,
        "src/app/__init__.py": '"""The app."""\n',
        "src/app/one.py": SPEC,
        "tests/test_one.py": TEST,
    }
    write_files(tmp_path, files)
    return tmp_path
