"""All that the modules beside this one define, for tests that are still to say which of them they mean."""

from backends import CountingBackend, FakeBackend, GatedBackend
from folders import REPOSITORY, SUPPORT
from libraries import Library, MakeEntry, make_library, spec_file, spec_modules
from processes import (
    CHILD_SECONDS,
    child_environment,
    python_path,
    run_doit,
    run_jaunt,
    run_jaunt_unread,
    run_python,
    wait_for,
)
from projects import CONFIG, SHOP, SHOP_ANSWERS, ProjectFiles, edit, make_shop, record, write_files
from said import RunIn, Said
from stopped_builds import SLOW_JAUNT, Stopped, stop_while_building

__all__ = [
    "CHILD_SECONDS",
    "CONFIG",
    "REPOSITORY",
    "SHOP",
    "SHOP_ANSWERS",
    "SLOW_JAUNT",
    "SUPPORT",
    "CountingBackend",
    "FakeBackend",
    "GatedBackend",
    "Library",
    "MakeEntry",
    "ProjectFiles",
    "RunIn",
    "Said",
    "Stopped",
    "child_environment",
    "edit",
    "make_library",
    "make_shop",
    "python_path",
    "record",
    "run_doit",
    "run_jaunt",
    "run_jaunt_unread",
    "run_python",
    "spec_file",
    "spec_modules",
    "stop_while_building",
    "wait_for",
    "write_files",
]
