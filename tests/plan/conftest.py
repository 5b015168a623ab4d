"""Fixtures that the tests of plans share."""

from pathlib import Path

import pytest
from builds import load
from pages import FILES, generate_all
from projects import ProjectFiles


@pytest.fixture
def built(project_files: ProjectFiles) -> Path:
    """A project of which every module is fresh."""
    root = project_files(FILES)
    generate_all(load(root))
    return root
