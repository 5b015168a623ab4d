"""The pytest plugin: `@jaunt.test` stubs are not collected, as the tests generated from them are."""

from types import FunctionType

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    import pytest


def pytest_pycollect_makeitem(obj: object) -> "list[pytest.Item | pytest.Collector] | None":
    """Return no items for a stub; None, which leaves it to pytest, for everything else."""
    is_stub = isinstance(obj, FunctionType) and vars(obj).get("__jaunt_kind__") == "test"
    return [] if is_stub else None
