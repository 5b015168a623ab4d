"""Running tests in several processes, by pytest-xdist."""

from collections.abc import Sequence
from importlib.util import find_spec

from jaunt.errors import JauntConfigError


def require_xdist() -> None:
    """Raise JauntConfigError if pytest-xdist is not installed."""
    if find_spec("xdist") is None:
        raise JauntConfigError("several processes for tests need pytest-xdist", hint="run: pip install pytest-xdist")


def with_workers(pytest_args: Sequence[str], number: int) -> list[str]:
    """Return arguments for pytest by which as many processes run the tests.

    Those of one file run in one process, unless `pytest_args` say otherwise: a fixture of a module is made once.
    """
    recorder = ["-p", "xdist", "-p", "jaunt.testing.pytest_worker"]
    return [*recorder, "--dist=loadfile", *pytest_args, "-n", str(number)]
