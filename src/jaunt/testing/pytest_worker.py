"""The recorder in a worker of pytest-xdist: the same hooks as in `pytest_child.py`, and a record of its own.

pytest loads it by name before anything of the project; in the process that starts the workers it gives out the work.
The key comes when pytest is configured: before that, nothing is recorded.
"""

import os
from collections.abc import Callable, Generator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from jaunt.testing.pytest_child import loaded_files, make_plugins, make_record
from jaunt.testing.scheduling import make_scheduler


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the recorder's hooks, as early as can be."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        record, begin = make_record()
        for plugin in [*make_plugins(record), _Start(record, begin)]:
            pluginmanager.register(plugin)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Lose no test with a worker; a `conftest.py` of the project is asked before."""
    return make_scheduler(config, log)


class _Start:
    """Opens the record, and ends it."""

    def __init__(self, record: Callable[..., None], begin: Callable[[bytes, int], None]) -> None:
        self._record = record
        self._begin = begin

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the key from where tests could see it."""
        given = vars(config)["workerinput"].pop("jaunt")
        file = os.open(given["file"], os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._begin(bytes.fromhex(given["key"]), file)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> Generator[None]:
        """End the record before the worker says that it has finished: it may not live much longer."""
        yield
        self._record("loaded", *loaded_files())
        self._record("end", int(exitstatus))
