"""The pytest plugin: `@jaunt.test` stubs are not run, as the tests generated from them are.

In a jaunt project, `freshness.py` adds what it has to say of tests that fail; elsewhere this is all there is.
"""

# pathlib and what else is convenient would cost every test run on a machine that has jaunt.
# ruff: noqa: PTH113, PTH118, PTH120, PTH123

import os
from types import FunctionType

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    import pytest


def pytest_pycollect_makeitem(
    collector: "pytest.Module", name: str, obj: object
) -> "list[pytest.Item | pytest.Collector] | None":
    """Return nothing for a stub whose test is generated; a skipped test for one in a project that has none yet.

    None, which leaves it to pytest, for everything else.
    """
    is_stub = isinstance(obj, FunctionType) and vars(obj).get("__jaunt_kind__") == "test"
    if not is_stub:
        return None
    file = str(collector.path)
    stub = getattr(obj, "__wrapped__", obj)  # of a forwarder that has not become the generated function
    if stub.__code__.co_filename != file or _project_folder(os.path.dirname(file)) is None:
        return []
    from jaunt.pytest_plugin.unbuilt import UnbuiltTest, is_generated  # test runs without specs need none of it

    return [] if is_generated(collector.path) else [UnbuiltTest.from_parent(collector, name=name)]


def pytest_addoption(parser: "pytest.Parser") -> None:
    """Add `--jaunt-check`."""
    parser.getgroup("jaunt").addoption(
        "--jaunt-check", action="store_true", help="fail the session if a generated module is not fresh"
    )


def pytest_configure(config: "pytest.Config") -> None:
    """Let jaunt speak of tests that fail, if this is a jaunt project."""
    check = config.getoption("jaunt_check")
    places = [str(config.invocation_params.dir), str(config.rootpath)]
    project = next((folder for place in places if (folder := _project_folder(place))), None)
    if project is not None or check:
        from jaunt.pytest_plugin.freshness import (
            Freshness,  # with it pathlib and dataclasses, for projects of ours alone
        )

        config.pluginmanager.register(Freshness(project or places[0], check=check), "jaunt-freshness")


def _project_folder(place: str) -> str | None:
    """Return the nearest folder, from `place` upward, that has a configuration of jaunt."""
    if os.path.isfile(os.path.join(place, "jaunt.toml")):
        return place
    try:
        with open(os.path.join(place, "pyproject.toml"), encoding="utf-8", errors="replace") as file:
            if "[tool.jaunt" in file.read():
                return place
    except OSError:
        pass
    above = os.path.dirname(place)
    return None if above == place else _project_folder(above)
