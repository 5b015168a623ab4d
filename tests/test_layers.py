"""The order of the house: a room of jaunt imports only rooms before it; few run doit, print or exit.

Every import counts, also one inside a function, a relative one, and one for type checkers only.
"""

import ast
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from jaunt import errors

PACKAGE = Path(errors.__file__).parent

ROOMS = [
    *("codes", "errors", "spec_ref", "paths", "header", "registry", "runtime", "__init__"),
    *("text", "process", "files", "config", "syntax", "sandbox", "specs"),
    *("validation", "deps", "digest", "discovery", "project", "cluster", "engine", "plan", "report"),
    *("generate", "testing", "checks", "build", "builder", "tester", "tasks"),
    *("pytest_plugin", "examples", "commands", "cli", "__main__"),
]
"""The files and folders directly below the package; each imports itself and those before it."""

LIGHT_HALF = {"codes", "errors", "spec_ref", "paths", "header", "registry", "runtime", "__init__"}
IMPORTS_ONLY = {"pytest_plugin": LIGHT_HALF}
"""What user code pays for in production, and a room that starts with no more than that."""
LATE = {f"pytest_plugin.{name}" for name in ("freshness", "drifted", "generated", "patching")}
"""What a room of `IMPORTS_ONLY` loads when there is something to do."""
MAY_IMPORT_DOIT = {"engine.runner", "tasks.bridge"}
MAY_PRINT = {"report.console", "cli"}
MAY_EXIT = {"cli", "__main__"}


def read_package(package: Path) -> dict[str, ast.Module]:
    """Return the files of a package, but for its examples: dotted name below the package -> syntax."""
    files = sorted(file.relative_to(package) for file in package.rglob("*.py"))
    return {
        ".".join(file.with_suffix("").parts): ast.parse((package / file).read_bytes())
        for file in files
        if file.parts[0] != "examples"
    }


def imports(name: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and absolute dotted name of all that the file `name` of jaunt imports, by whatever means."""
    package = ["jaunt", *name.split(".")[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and called(node) in {"import_module", "__import__"} and node.args:
            target = node.args[0]
            if isinstance(target, ast.Constant) and isinstance(target.value, str):
                yield node.lineno, target.value


def called(call: ast.Call) -> str:
    """Return the last name of what is called: `c` of `a.b.c()`."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def file_of(imported: str, files: dict[str, ast.Module]) -> str | None:
    """Return which of jaunt's files an absolute dotted name stands in; None for other packages."""
    parts = imported.split(".")
    if parts[0] != "jaunt":
        return None
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[1:length])
        for file in (name, f"{name}.__init__".lstrip(".")):
            if file in files:
                return file
    return imported  # a file of jaunt that is not there


def room_of(name: str) -> str:
    """Return the room that a file, or a dotted name below the package, belongs to."""
    return name.partition(".")[0]


def unplaced(files: dict[str, ast.Module]) -> Iterator[str]:
    for name in files:
        if room_of(name) not in ROOMS:
            room = room_of(name)
            yield f"{name} has no place: add {room} to ROOMS in {Path(__file__).name}, after all that it imports"


def out_of_order(files: dict[str, ast.Module]) -> Iterator[str]:
    for name, tree in files.items():
        room = room_of(name)
        before = ROOMS[: ROOMS.index(room)]
        allowed = IMPORTS_ONLY[room] if room in IMPORTS_ONLY and name not in LATE else before
        for line, imported in imports(name, tree):
            target = file_of(imported, files)
            if target is not None and room_of(target) != room and room_of(target) not in allowed:
                yield f"{name}:{line} imports {target}, which is not before it"


def circles(files: dict[str, ast.Module]) -> Iterator[str]:
    """Yield the first circle of files that import one another; a package's `__init__` counts where it is named."""
    graph = {
        name: {target for _, imported in imports(name, tree) if (target := file_of(imported, files)) in files} - {name}
        for name, tree in files.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield " -> ".join(error.args[1])


def folder_circles(files: dict[str, ast.Module]) -> Iterator[str]:
    """Yield the first circle of folders, one beside another, whose files import one another."""

    def sides(one: str, other: str) -> tuple[str, str] | None:
        """Return the two folders, below the one that they share, that two files stand in; None if one has the other."""
        here, there = one.split(".")[:-1], other.split(".")[:-1]
        while here and there and here[0] == there[0]:
            here, there = here[1:], there[1:]
        return (f"{one.split('.')[0]}: {here[0]}", f"{one.split('.')[0]}: {there[0]}") if here and there else None

    graph: dict[str, set[str]] = {}
    for name, tree in files.items():
        for _, imported in imports(name, tree):
            target = file_of(imported, files)
            if target in files and target != name and (pair := sides(name, target)):
                graph.setdefault(pair[0], set()).add(pair[1])
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield " -> ".join(error.args[1])


def engine_imports(files: dict[str, ast.Module]) -> Iterator[str]:
    for name, tree in files.items():
        for line, imported in imports(name, tree):
            if imported.partition(".")[0] == "doit" and name not in MAY_IMPORT_DOIT:
                yield f"{name}:{line} imports doit"


def prints(files: dict[str, ast.Module]) -> Iterator[str]:
    for name, tree in files.items():
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        for call in calls:
            text = ast.unparse(call.func)
            if text in {"print", "sys.stdout.write", "sys.stderr.write"} and name not in MAY_PRINT:
                yield f"{name}:{call.lineno} calls {text}"


def exits(files: dict[str, ast.Module]) -> Iterator[str]:
    for name, tree in files.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                leaves = ast.unparse(node) == "sys.exit"
            elif isinstance(node, ast.ImportFrom):
                leaves = node.module == "sys" and any(alias.name == "exit" for alias in node.names)
            elif isinstance(node, ast.Call):
                leaves = ast.unparse(node.func) in {"exit", "quit"}
            else:
                leaves = isinstance(node, ast.Raise) and node.exc is not None and raises_exit(node.exc)
            if leaves and name not in MAY_EXIT:
                yield f"{name}:{getattr(node, 'lineno', 0)} exits"


def raises_exit(raised: ast.expr) -> bool:
    return ast.unparse(raised.func if isinstance(raised, ast.Call) else raised) == "SystemExit"


def parses_beside_others(files: dict[str, ast.Module]) -> Iterator[str]:
    """Yield what parses without the lock that `without_warnings` holds."""
    for name, tree in files.items():
        blocks = [node for node in ast.walk(tree) if isinstance(node, ast.With)]
        locked = {
            inner
            for block in blocks
            if any(ast.unparse(item.context_expr) == "without_warnings()" for item in block.items)
            for inner in ast.walk(block)
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) == "ast.parse" and call not in locked:
                yield f"{name}:{call.lineno} parses outside of `with without_warnings()`"


RULES = [unplaced, out_of_order, circles, folder_circles, engine_imports, prints, exits, parses_beside_others]
Rule = Callable[[dict[str, ast.Module]], Iterator[str]]


@pytest.fixture(scope="module")
def files_of_jaunt() -> dict[str, ast.Module]:
    return read_package(PACKAGE)


@pytest.mark.parametrize("rule", RULES)
def test_jaunt_keeps_the_rule(rule: Rule, files_of_jaunt: dict[str, ast.Module]) -> None:
    assert {"errors", "config.schema", "files.atomic"} <= files_of_jaunt.keys()
    assert list(rule(files_of_jaunt)) == []


def test_examples_are_not_part_of_the_house(tmp_path: Path) -> None:
    (tmp_path / "examples" / "app").mkdir(parents=True)
    (tmp_path / "examples" / "app" / "main.py").write_text("print('hello')")
    (tmp_path / "generate").mkdir()
    (tmp_path / "generate" / "base.py").touch()
    assert read_package(tmp_path).keys() == {"generate.base"}


def broken(rule: Rule, name: str, source: str) -> list[str]:
    """Return what `rule` says of one file among the empty others."""
    files = {room: ast.parse("") for room in ROOMS} | {name: ast.parse(source)}
    return list(rule(files))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("errors", "import jaunt.config"),
        ("errors", "import os, jaunt.config as c"),
        ("errors", "from jaunt.config import load_config"),
        ("errors", "from jaunt import config"),
        ("errors", "from . import config"),
        ("errors", "from .config import load_config"),
        ("errors", "def f():\n    from jaunt import config"),
        ("errors", "if TYPE_CHECKING:\n    import jaunt.config"),
        ("errors", "try:\n    pass\nexcept E:\n    import jaunt.config"),
        ("errors", "importlib.import_module('jaunt.config')"),
        ("errors", "import jaunt"),
        ("errors", "from jaunt import magic"),
        ("errors", "import jaunt.nothing_of_this_name"),
        ("files.atomic", "from jaunt.generate.base import GeneratorBackend"),
        ("files.atomic", "from jaunt.generate import anything"),
        ("generate.base", "from .. import build"),
        ("generate.base", "from ..build.store import Store"),
        ("__init__", "from jaunt.config import load_config"),
        ("runtime.loader", "import jaunt.config"),
        ("pytest_plugin.__init__", "import jaunt.tester"),
    ],
)
def test_an_import_from_further_down_is_found(name: str, source: str) -> None:
    assert len(broken(out_of_order, name, source)) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("config.schema", "from jaunt import errors, paths"),
        ("config.reading", "from ..errors import JauntError"),
        ("config.reading", "import json, tomllib\nfrom pathlib import Path"),
        ("generate.prompt", "from .base import X\nfrom ..errors import Y\nfrom . import base"),
        ("generate.providers.a", "import jaunt.generate.base"),
        ("build.pipeline", "from jaunt.engine.job import Job"),
        ("cli", "import jaunt\nimport jauntily.config"),
        ("__init__", "from jaunt.runtime import magic"),
        ("pytest_plugin.__init__", "from jaunt.registry import SpecEntry\nimport jaunt"),
        ("pytest_plugin.freshness", "import jaunt.plan.plan"),
    ],
)
def test_an_import_from_further_up_is_fine(name: str, source: str) -> None:
    assert broken(out_of_order, name, source) == []


def test_a_room_without_a_place_is_told_where_to_get_one() -> None:
    (message,) = broken(unplaced, "helpers.many", "")
    assert "helpers" in message
    assert "ROOMS in test_layers.py" in message


def test_a_circle_inside_a_room_is_found() -> None:
    files = {"a.x": "from jaunt.a import y", "a.y": "def f():\n    from jaunt.a.x import z", "a.z": "import jaunt.a.y"}
    (circle,) = circles({name: ast.parse(source) for name, source in files.items()})
    assert set(circle.split(" -> ")) == {"a.x", "a.y"}


def test_a_circle_of_folders_is_found() -> None:
    files = {
        "checks.a.x": "from jaunt.checks.b import y",
        "checks.b.y": "",
        "checks.b.z": "from jaunt.checks.a import w",
        "checks.a.w": "",
        "checks.v": "from jaunt.checks.a import w",
    }
    trees = {name: ast.parse(source) for name, source in files.items()}
    assert list(circles(trees)) == []
    (circle,) = folder_circles(trees)
    assert set(circle.split(" -> ")) == {"checks: a", "checks: b"}


@pytest.mark.parametrize("source", ["import doit", "def f():\n    from doit.task import Task", "import doit.cmd_base"])
def test_only_the_engine_imports_doit(source: str) -> None:
    assert len(broken(engine_imports, "tasks", source)) == 1
    assert broken(engine_imports, "engine.runner", source) == []


@pytest.mark.parametrize("source", ["print('x')", "def f():\n    sys.stdout.write('x')", "sys.stderr.write('x')"])
def test_only_the_report_and_the_command_print(source: str) -> None:
    assert len(broken(prints, "builder", source)) == 1
    assert broken(prints, "report.console", source) == broken(prints, "cli", source) == []


@pytest.mark.parametrize(
    "source",
    [
        "sys.exit(1)",
        "from sys import exit",
        "raise SystemExit",
        "raise SystemExit(2)",
        "quit()",
        "stop = sys.exit",
    ],
)
def test_only_the_command_exits(source: str) -> None:
    assert len(broken(exits, "builder", source)) == 1
    assert broken(exits, "cli", source) == broken(exits, "__main__", source) == []


def test_parsing_needs_the_lock() -> None:
    locked = "with without_warnings():\n    tree = ast.parse(text)\n"
    assert list(parses_beside_others({"files": ast.parse(locked)})) == []
    found = list(parses_beside_others({"files": ast.parse(f"{locked}ast.parse(text)\n")}))
    assert found == ["files:3 parses outside of `with without_warnings()`"]


def test_catching_an_exit_is_no_exit() -> None:
    assert broken(exits, "engine", "try:\n    f()\nexcept SystemExit as e:\n    raise Failed from e\nraise") == []
