"""The order of the house: a file of jaunt imports only files above it; few run doit, print or exit.

Every import counts, also one inside a function, a relative one, and one for type checkers only.
"""

import ast
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from jaunt import errors

PACKAGE = Path(errors.__file__).parent

ORDER = [
    "errors",
    "spec_ref",
    "paths",
    "header",
    "registry",
    "loader",
    "forwarders",
    "waiting_module",
    "class_specs",
    "runtime",
    "__init__",
    "config",
    "leftovers",
    "files",
    "profile",
    "scan_cache",
    "source",
    "excerpts",
    "references",
    "contract",
    "edits",
    "arguments",
    "from_source",
    "importer",
    "discovery",
    "source_files",
    "deps",
    "digest",
    "linking",
    "garbage",
    "lazy",
    "snapshot",
    "relinking",
    "scan",
    "project",
    "gate",
    "plan",
    "orphans",
    "validation",
    "losses",
    "annotations",
    "signatures",
    "conformance",
    "imports",
    "purity",
    "effects",
    "background",
    "assertions",
    "keeper",
    "sandbox",
    "recorder",
    "verdict",
    "servers",
    "language_server",
    "verify",
    "ruff",
    "ty",
    "examiner",
    "doctests",
    "examiners",
    "generate.__init__",
    "generate.base",
    "generate.prompt",
    "generate.fences",
    "generate.spec_leftovers",
    "generate.answer",
    "generate.transport",
    "generate.model",
    "generate.budget",
    "generate.proxies",
    "generate.connections",
    "generate.sdk",
    "generate.printed",
    "generate.program",
    "generate.*_backend",
    "generate.providers",
    "lock",
    "store",
    "job",
    "loop_thread",
    "ledger",
    "rejected",
    "history",
    "pipeline",
    "checks",
    "changes",
    "drift",
    "rewriting",
    "scopes",
    "ejection",
    "terminal",
    "report",
    "pytest_freshness",
    "pace",
    "live",
    "overview",
    "layout",
    "page",
    "drawing",
    "timings",
    "timeline",
    "engine",
    "builder",
    "tester",
    "forecast",
    "repair",
    "starter",
    "health",
    "watching",
    "completions",
    "tasks",
    "commands.__init__",
    "commands.common",
    "commands.planning",
    "commands.generation",
    "commands.building",
    "commands.build",
    "commands.test",
    "commands.*",
    "cli",
    "__main__",
]

LIGHT_HALF = {
    "errors",
    "spec_ref",
    "paths",
    "header",
    "registry",
    "loader",
    "forwarders",
    "waiting_module",
    "class_specs",
    "runtime",
}  # what user code pays for in production
IMPORTS_ONLY = {  # stricter than the order
    "__init__": {"errors", "spec_ref", "registry", "runtime"},
    "pytest_plugin": LIGHT_HALF | {"__init__", "pytest_freshness"},
}
MAY_IMPORT_DOIT = {"engine"}
MAY_PRINT = {"report", "cli"}
MAY_EXIT = {"cli", "__main__"}


def rank(name: str) -> int | None:
    """Return a file's place in the order; None if it has none."""
    return next((place for place, pattern in enumerate(ORDER) if fnmatchcase(name, pattern)), None)


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


def unplaced(files: dict[str, ast.Module]) -> Iterator[str]:
    for name in files:
        if rank(name) is None and name not in IMPORTS_ONLY:
            yield f"{name} has no place: add it to ORDER in {Path(__file__).name}, below all that it imports"


def out_of_order(files: dict[str, ast.Module]) -> Iterator[str]:
    for name, tree in files.items():
        for line, imported in imports(name, tree):
            target = file_of(imported, files)
            if target is None or target == name:
                continue
            above = ORDER[: rank(name)]
            allowed = IMPORTS_ONLY.get(name)
            if target not in allowed if allowed else not any(fnmatchcase(target, each) for each in above):
                yield f"{name}:{line} imports {target}, which is not above it"


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


RULES = [unplaced, out_of_order, engine_imports, prints, exits, parses_beside_others]
Rule = Callable[[dict[str, ast.Module]], Iterator[str]]


@pytest.fixture(scope="module")
def files_of_jaunt() -> dict[str, ast.Module]:
    return read_package(PACKAGE)


@pytest.mark.parametrize("rule", RULES)
def test_jaunt_keeps_the_rule(rule: Rule, files_of_jaunt: dict[str, ast.Module]) -> None:
    assert {"errors", "config", "files"} <= files_of_jaunt.keys()
    assert list(rule(files_of_jaunt)) == []


def test_examples_are_not_part_of_the_house(tmp_path: Path) -> None:
    (tmp_path / "examples" / "app").mkdir(parents=True)
    (tmp_path / "examples" / "app" / "main.py").write_text("print('hello')")
    (tmp_path / "generate").mkdir()
    (tmp_path / "generate" / "base.py").touch()
    assert read_package(tmp_path).keys() == {"generate.base"}


def broken(rule: Rule, name: str, source: str) -> list[str]:
    """Return what `rule` says of one file among the empty others."""
    places = [place for place in ORDER if "*" not in place] + ["generate.a_backend", "generate.b_backend"]
    files = {place: ast.parse("") for place in places} | {name: ast.parse(source)}
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
        ("files", "from jaunt.generate.base import GeneratorBackend"),
        ("files", "from jaunt.generate import anything"),
        ("generate.base", "from . import prompt"),
        ("generate.base", "from .. import store"),
        ("generate.base", "from ..store import Store"),
        ("generate.a_backend", "from jaunt.generate.b_backend import B"),
        ("__init__", "from jaunt.config import load_config"),
        ("__init__", "from . import header"),
        ("runtime", "import jaunt.config"),
        ("loader", "from jaunt import config"),
        ("forwarders", "def f():\n    from jaunt.class_specs import replace_class"),
        ("pytest_plugin", "import jaunt.tester"),
    ],
)
def test_an_import_from_further_down_is_found(name: str, source: str) -> None:
    assert len(broken(out_of_order, name, source)) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("config", "from jaunt import errors, paths"),
        ("config", "from .errors import JauntError"),
        ("config", "import json, tomllib\nfrom pathlib import Path"),
        ("generate.prompt", "from .base import X\nfrom ..errors import Y\nfrom . import base"),
        ("generate.a_backend", "import jaunt.generate.base"),
        ("store", "from jaunt.generate.a_backend import A"),
        ("pipeline", "from jaunt.job import Job"),
        ("cli", "import jaunt\nimport jauntily.config"),
        ("__init__", "from jaunt.runtime import magic"),
        ("pytest_plugin", "from jaunt.registry import SpecEntry\nimport jaunt"),
    ],
)
def test_an_import_from_further_up_is_fine(name: str, source: str) -> None:
    assert broken(out_of_order, name, source) == []


def test_a_file_without_a_place_is_told_where_to_get_one() -> None:
    (message,) = broken(unplaced, "generate.helpers", "")
    assert "generate.helpers" in message
    assert "ORDER in test_layers.py" in message


@pytest.mark.parametrize("source", ["import doit", "def f():\n    from doit.task import Task", "import doit.cmd_base"])
def test_only_the_engine_imports_doit(source: str) -> None:
    assert len(broken(engine_imports, "tasks", source)) == 1
    assert broken(engine_imports, "engine", source) == []


@pytest.mark.parametrize("source", ["print('x')", "def f():\n    sys.stdout.write('x')", "sys.stderr.write('x')"])
def test_only_the_report_and_the_command_print(source: str) -> None:
    assert len(broken(prints, "builder", source)) == 1
    assert broken(prints, "report", source) == broken(prints, "cli", source) == []


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
