"""The examples in specs' docstrings, run against a candidate before it lands, in the sandbox.

The spec's own docstrings count, as the contract has them. The candidate stands in for the generated module
while its spec module is imported, so the examples see what a caller will see; the code of other specs comes
from the disk. Run as a program, this file is the child process.
"""

import ast
import doctest
import importlib.abc
import json
import os
import secrets
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jaunt.sandbox import Sandbox
    from jaunt.source import ModuleSource

_LONGEST = 2_000  # characters of what an example gave


@dataclass(frozen=True)
class Docstring:
    """A docstring with examples: the symbol that it is of, and the line that it begins in."""

    name: str
    text: str
    line: int


@dataclass(frozen=True)
class Orders:
    """What the child process is to do. `single_file` says that the spec module is in no package."""

    spec_module: str
    generated_module: str
    source: str
    filename: str
    names: list[str]
    docstrings: list[Docstring]
    single_file: bool
    key: str = ""


def find_examples(spec: "ModuleSource", names: Iterable[str]) -> list[Docstring]:
    """Return the docstrings of specs, and of their members, that have examples.

    Raises ValueError, which names symbol and line, for one that doctest can't read.
    """
    found = []
    for name in names:
        for label, node in _documented(spec.definitions[name], name):
            text = ast.get_docstring(node, clean=False)
            if not text or ">>>" not in text:
                continue
            line = node.body[0].lineno
            try:
                if doctest.DocTestParser().get_examples(text):
                    found.append(Docstring(label, text, line))
            except ValueError as error:
                raise ValueError(f"{spec.path}:{line}: {label}: the examples can't be read: {error}") from error
    return found


def run_examples(
    orders: Orders, sandbox: "Sandbox", *, root: Path, bases: Sequence[Path], generated_dir: str
) -> list[str]:
    """Import a candidate in the sandbox and run the examples against it; return what fails.

    `root` is the project's folder, `bases` those that its module names start from. Raises JauntConfigError if
    the sandbox can't be used.
    """
    orders = replace(orders, key=secrets.token_hex(16))
    inherited = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    completed = sandbox.run(
        [sys.executable, "-P", "-B", str(Path(__file__).resolve())],
        cwd=root,
        pythonpath=[*bases, *inherited, Path(__file__).resolve().parents[1]],
        readable=[Path(orders.filename).parent],
        stdin=json.dumps(asdict(orders)).encode(),
        env={"JAUNT_GENERATED_DIR": generated_dir, "PYTHONIOENCODING": "utf-8"},
    )
    reports = _reports(completed.stdout, orders.key)
    errors = [error for name in ("", *(d.name for d in orders.docstrings)) for error in reports.get(name, ())]
    missing = [name for name in ("", *(d.name for d in orders.docstrings)) if name not in reports]
    if missing and not reports.get(""):
        doing = f"running the examples of {missing[0]}" if missing[0] else f"importing {orders.spec_module}"
        message = completed.message or "ended the process with exit code 0"
        errors.append(f"{missing[0] or orders.spec_module}: {doing} {message}{_last_words(completed.stderr)}")
    return errors


def _documented(
    node: ast.AST, label: str
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield label, node
    if isinstance(node, ast.ClassDef):
        for member in node.body:
            yield from _documented(member, f"{label}.{getattr(member, 'name', '')}")


def _reports(output: str, key: str) -> dict[str, list[str]]:
    """Return the errors by docstring, "" for the import; lines without the key don't count."""
    reports: dict[str, list[str]] = {}
    for line in output.splitlines():
        try:
            record = json.loads(line)
            if record["key"] == key:
                reports[record["name"]] = [str(error) for error in record["errors"]]
        except (ValueError, KeyError, TypeError):
            continue
    return reports


def _last_words(stderr: str) -> str:
    lines = stderr.strip().splitlines()
    return f": {lines[-1][:_LONGEST]}" if lines else ""


# ----------------------------------------------------------------------------------------------------
# The child process


def _child() -> None:
    orders = json.loads(sys.stdin.buffer.read())
    docstrings = [Docstring(**each) for each in orders.pop("docstrings")]
    report = _reporter(orders.pop("key"))
    try:
        spec, generated = _import(Orders(docstrings=[], **orders))
    except BaseException as error:  # noqa: BLE001 - whatever a candidate raises on import is the finding
        report("", [f"importing {orders['spec_module']} fails: {_in_words(error, orders['filename'])}"])
        return
    report("", [])
    names = {name: generated[name] for name in orders["names"] if name in generated}
    for docstring in docstrings:
        report(docstring.name, list(_failures(docstring, {**generated, **spec, **names}, orders["filename"])))


def _reporter(key: str) -> Any:
    """Return the function that writes to the real standard output, which nothing else does from here on."""
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)  # the orders hold the key

    def report(name: str, errors: list[str]) -> None:
        results.write(json.dumps({"key": key, "name": name, "errors": errors}) + "\n")
        results.flush()

    return report


def _import(orders: Orders) -> tuple[dict[str, Any], dict[str, Any]]:
    """Import the spec module, the candidate in place of the generated one; return the names of both."""
    import linecache

    linecache.cache[orders.filename] = (
        len(orders.source), None, orders.source.splitlines(keepends=True), orders.filename
    )  # fmt: skip
    if orders.single_file:
        _load_single_file(orders)
    else:
        sys.meta_path.insert(0, _StandIn(orders))
    spec = importlib.import_module(orders.spec_module)
    generated = importlib.import_module(orders.generated_module)
    return vars(spec), vars(generated)


def _load_single_file(orders: Orders) -> None:
    """Put the candidate where jaunt.runtime looks for the code of a module without a package."""
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    module = sys.modules[orders.generated_module] = ModuleType(orders.generated_module)
    spec = module.__spec__ = ModuleSpec(orders.generated_module, None, origin=orders.filename)
    vars(spec)["_initializing"] = True  # the spec module, which the candidate imports, then waits for its classes
    exec(compile(orders.source, orders.filename, "exec", dont_inherit=True), vars(module))
    vars(spec)["_initializing"] = False


class _StandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the candidate by the generated module's name, and packages above it that are not there yet."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> Any:
        from importlib.machinery import ModuleSpec, PathFinder

        if name == self._orders.generated_module:
            is_package = Path(self._orders.filename).name == "__init__.py"
            spec = ModuleSpec(name, self, origin=self._orders.filename, is_package=is_package)
            spec.has_location = True
            if is_package:
                spec.submodule_search_locations = [str(Path(self._orders.filename).parent)]
            return spec
        if self._orders.generated_module.startswith(f"{name}.") and PathFinder.find_spec(name, path) is None:
            return ModuleSpec(name, None, is_package=True)
        return None

    def exec_module(self, module: Any) -> None:
        exec(compile(self._orders.source, self._orders.filename, "exec", dont_inherit=True), vars(module))


def _failures(docstring: Docstring, names: Mapping[str, Any], filename: str) -> Iterator[str]:
    test = doctest.DocTestParser().get_doctest(docstring.text, dict(names), docstring.name, filename, 0)
    runner = _Runner(docstring)
    runner.run(test, clear_globs=False)
    yield from runner.errors


class _Runner(doctest.DocTestRunner):
    """Runs examples and keeps, of each that fails, what was expected and what came."""

    def __init__(self, docstring: Docstring) -> None:
        super().__init__(verbose=False)
        self._docstring = docstring
        self.errors: list[str] = []

    def report_start(self, out: Any, test: doctest.DocTest, example: doctest.Example) -> None:
        pass

    def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        self._fail(example, got)

    def report_unexpected_exception(self, out: Any, test: Any, example: doctest.Example, exc_info: Any) -> None:
        self._fail(example, _in_words(exc_info[1], test.filename))

    def _fail(self, example: doctest.Example, got: str) -> None:
        line = self._docstring.line + example.lineno
        expected = example.exc_msg if example.exc_msg is not None else example.want
        self.errors.append(
            f"{self._docstring.name}: the example in line {line} of the spec module fails\n"
            f"    example: {_indented(example.source)}\n"
            f"    expected: {_indented(expected) or 'no output'}\n"
            f"    got: {_indented(got) or 'no output'}"
        )


def _in_words(error: BaseException, filename: str) -> str:
    import traceback

    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == filename]
    where = f" (line {lines[-1]} of the candidate)" if lines else ""
    advice = ""
    if type(error).__name__ == "JauntNotBuiltError":
        advice = "; a spec that an example uses has to be among the deps"
    return f"{type(error).__name__}: {error}{where}{advice}"


def _indented(text: str) -> str:
    cut = text.rstrip() if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return cut.replace("\n", "\n        ")


if __name__ == "__main__":
    _child()
