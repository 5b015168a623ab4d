"""The examples in specs' docstrings, run against a candidate before it lands, in the sandbox.

The spec's own docstrings count, as the contract has them. The candidate stands in for the generated module
while its spec module is imported, so the examples see what a caller will see; the code of other specs comes
from the disk. Run as a program, this file is the child process. Starting a sandbox takes ten times as long as the
examples of most modules, so several candidates may share one, each in a process of its own, one after the other.
"""

import ast
import doctest
import importlib.abc
import json
import os
import secrets
import select
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jaunt.sandbox import Completed, Halt, Sandbox
    from jaunt.source import ModuleSource

LARGEST_BATCH = 32 if hasattr(os, "pidfd_open") else 1
"""How many candidates may share a sandbox."""

_LONGEST = 2_000  # characters of what an example gave
_SECONDS_IN_COMPANY = 2.0  # what takes longer has to be alone
_OWN_BYTECODE = ("-B", "-X", "pycache_prefix=")  # the standard library's, as compiling it takes 200 ms


@dataclass(frozen=True)
class Docstring:
    """A docstring with examples: the symbol that it is of, and the line that it begins in."""

    name: str
    text: str
    line: int


@dataclass(frozen=True)
class Orders:
    """What the child process is to do. `single_file` says that the spec module is in no package.

    `bases` are the folders that the project's module names start from.
    """

    spec_module: str
    generated_module: str
    source: str
    filename: str
    names: list[str]
    docstrings: list[Docstring]
    single_file: bool
    bases: list[str]
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
    many: Sequence[Orders], sandbox: "Sandbox", *, root: Path, generated_dir: str, halt: "Halt | None" = None
) -> list[list[str]]:
    """Import candidates in the sandbox and run the examples against each; return what fails, candidate by candidate.

    `root` is the project's folder; `halt` ends the run. What fails in company is run once more, alone, so that no
    candidate has to answer for another. Raises JauntConfigError if the sandbox can't be used.
    """
    many = [replace(orders, key=secrets.token_hex(16)) for orders in many]
    inherited = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    completed = sandbox.run(
        [sys.executable, *_OWN_BYTECODE, "-P", str(Path(__file__).resolve()), str(len(many))],
        cwd=root,
        pythonpath=[*many[0].bases, *inherited, Path(__file__).resolve().parents[1]],
        readable=list(dict.fromkeys(Path(orders.filename).parent for orders in many)),
        stdin=b"".join(map(_packed, many)),
        env={"JAUNT_GENERATED_DIR": generated_dir, "PYTHONIOENCODING": "utf-8"},
        halt=halt,
    )
    found = [_errors(orders, completed) for orders in many]
    if len(many) == 1:
        return found
    return [
        run_examples([orders], sandbox, root=root, generated_dir=generated_dir, halt=halt)[0] if errors else []
        for orders, errors in zip(many, found, strict=True)
    ]


def _errors(orders: Orders, completed: "Completed") -> list[str]:
    reports = _reports(completed.stdout, orders.key)
    errors = [error for name in ("", *(d.name for d in orders.docstrings)) for error in reports.get(name, ())]
    missing = [name for name in ("", *(d.name for d in orders.docstrings)) if name not in reports]
    if missing and not reports.get(""):
        doing = f"running the examples of {missing[0]}" if missing[0] else f"importing {orders.spec_module}"
        message = completed.message or "ended the process with exit code 0"
        errors.append(f"{missing[0] or orders.spec_module}: {doing} {message}{_last_words(completed.stderr)}")
    return errors


def _packed(orders: Orders) -> bytes:
    """Return orders as the child process reads them: their length in eight digits, then JSON."""
    content = json.dumps(asdict(orders)).encode()
    return b"%08d%b" % (len(content), content)


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
    count = int(sys.argv[1])
    if count == 1:
        _examine(_next_orders())
        return
    from jaunt import keeper, runtime  # noqa: F401 - loaded here, it is there in every process

    keeper.adopt_orphans()
    keeper.hide_from_own_user()
    for _ in range(count):
        orders = _next_orders()  # one at a time: no candidate finds the key of one that comes after it
        process = os.fork()
        if process == 0:
            os.setsid()
            _examine(orders)
            os._exit(0)
        select.select([os.pidfd_open(process)], [], [], _SECONDS_IN_COMPANY)
        keeper.kill_all(process)


def _next_orders() -> Orders:
    content = json.loads(os.read(0, int(os.read(0, 8))))
    return Orders(docstrings=[Docstring(**each) for each in content.pop("docstrings")], **content)


def _examine(orders: Orders) -> None:
    """Import the candidate and run the examples; report each finding as soon as it is there."""
    report = _reporter(orders.key)
    _read_sources_below(orders.bases)
    try:
        spec, generated = _import(orders)
    except BaseException as error:  # noqa: BLE001 - whatever a candidate raises on import is the finding
        report("", [f"importing {orders.spec_module} fails: {_in_words(error, orders.filename)}"])
        return
    report("", [])
    names = {name: generated[name] for name in orders.names if name in generated}
    for docstring in orders.docstrings:
        report(docstring.name, list(_failures(docstring, {**generated, **spec, **names}, orders.filename)))


def _read_sources_below(bases: Sequence[str]) -> None:
    """Import the project's modules from their source: bytecode goes by whole seconds, and may be of another hand."""
    from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder

    find = FileFinder.path_hook((ExtensionFileLoader, EXTENSION_SUFFIXES), (_SourceLoader, SOURCE_SUFFIXES))
    folders = [Path(base) for base in bases]

    def below(path: str) -> Any:
        folder = Path(path)
        if "site-packages" in folder.parts or not any(folder.is_relative_to(base) for base in folders):
            raise ImportError(path)
        return find(path)

    sys.path_hooks.insert(0, below)
    sys.path_importer_cache.clear()


class _SourceLoader(SourceFileLoader):
    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


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
