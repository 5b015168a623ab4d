"""Fixtures that the tests of checks share."""

import pytest
from candidates import Sample, make_sample
from corpus import BAD, GOOD


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A project with a spec module for each good candidate."""
    return make_sample(tmp_path_factory.mktemp("good"), GOOD)


@pytest.fixture(scope="session")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A project with a spec module for each bad candidate."""
    return make_sample(tmp_path_factory.mktemp("bad"), BAD)
