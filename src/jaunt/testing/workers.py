"""What running tests needs: pytest, and pytest-xdist for several processes."""

from collections.abc import Sequence
from importlib.util import find_spec

from jaunt import codes
from jaunt.errors import JauntConfigError


def require_pytest() -> None:
    """Raise JauntConfigError if pytest is not installed: jaunt's own dependencies may have been left out."""
    if find_spec("pytest") is None:
        hint = "pip install pytest, or install jaunt from its folder without --no-deps"
        raise JauntConfigError("pytest is not installed, which running tests needs", hint=hint, code=codes.TOOL)


def require_xdist() -> None:
    """Raise JauntConfigError if pytest-xdist is not installed."""
    if find_spec("xdist") is None:
        raise JauntConfigError(
            "several processes for tests need pytest-xdist", hint="run: pip install pytest-xdist", code=codes.TOOL
        )


def with_workers(pytest_args: Sequence[str], number: int) -> list[str]:
    """Return arguments for pytest by which as many processes run the tests.

    Those of one file run in one process, unless `pytest_args` say otherwise: a fixture of a module is made once.
    """
    recorder = ["-p", "xdist", "-p", "jaunt.testing.pytest_worker"]
    return [*recorder, "--dist=loadfile", *pytest_args, "-n", str(number)]
