"""The examiner: imports candidates inside the sandbox and runs the examples of their specs.

`doctests.py` and `sandboxes.py` start it by path. Without an argument it examines one candidate: the orders are on
standard input, and it reports on standard output. With the number of a socket as its argument it examines one candidate
after the other, each in a process of its own, until the socket is closed; orders and reports go through the socket,
framed by `frame`. The candidate stands in for the generated module while its spec module is imported, so the examples
see what a caller will see; the code of other specs comes from the disk.
"""

import gc
import importlib
import importlib.abc
import json
import linecache
import os
import select
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import jaunt.runtime.loader  # noqa: F401 - loaded here, it is in every process that examines a candidate
from jaunt.project.from_source import import_from_source
from jaunt.sandbox import linux
from jaunt.sandbox.processes import kill_all

LONGEST = 2_000  # characters of what an example gave
COUNT = 8  # digits of the number of bytes that a frame begins with
_SECONDS_IN_COMPANY = 2.0  # what takes longer has to be alone
_LONGEST_REPORT = 1 << 20  # bytes


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


def frame(content: bytes) -> bytes:
    """Return content as it goes through a stream: its length in digits, then itself."""
    return b"%0*d%b" % (COUNT, len(content), content)


def _child() -> None:
    if len(sys.argv) > 1:
        _serve(int(sys.argv[1]))
        os._exit(0)
    orders = _next_orders(0)
    if orders is not None:
        _examine(orders, os.dup(1))


def _serve(control: int) -> None:
    """Examine candidates in processes of their own, one at a time, as long as orders come."""
    linux.adopt_orphans()
    linux.hide_from_own_user()
    gc.freeze()  # no process copies the memory of what is there already
    while (orders := _next_orders(control)) is not None:  # one at a time: nobody finds the key of the next one
        if orders.docstrings:
            import doctest  # noqa: F401 - as above
        ours, theirs = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(control)
            os.close(ours)
            os.setsid()
            linux.die_with_parent()  # where there is no supervisor, nobody else would end it
            _examine(orders, theirs)
            os._exit(0)
        os.close(theirs)
        report = _collect(ours)
        kill_all(process)
        os.write(control, frame(report))


def _collect(results: int) -> bytes:
    """Return what a process reports until it ends, with all that it has started, or takes too long."""
    report = b""
    deadline = time.monotonic() + _SECONDS_IN_COMPANY
    while len(report) < _LONGEST_REPORT:
        ready, _, _ = select.select([results], [], [], max(0.0, deadline - time.monotonic()))
        chunk = os.read(results, 1 << 16) if ready else b""
        if not chunk:
            break
        report += chunk
    os.close(results)
    return report


def _next_orders(stream: int) -> Orders | None:
    """Read orders from a descriptor; None at its end."""
    size = _read(stream, COUNT)
    if not size:
        return None
    content = json.loads(_read(stream, int(size)))
    return Orders(docstrings=[Docstring(**each) for each in content.pop("docstrings")], **content)


def _read(stream: int, size: int) -> bytes:
    content = b""
    while len(content) < size and (chunk := os.read(stream, size - len(content))):
        content += chunk
    return content


def _examine(orders: Orders, results: int) -> None:
    """Import the candidate and run the examples; report each finding to `results` as soon as it is there."""
    report = _reporter(orders.key, results)
    import_from_source(orders.bases)
    sys.path[:0] = orders.bases  # its own first
    try:
        spec, generated = _import(orders)
    except BaseException as error:  # noqa: BLE001 - whatever a candidate raises on import is the finding
        report("", [f"importing {orders.spec_module} fails: {_in_words(error, orders.filename)}"])
        return
    report("", [])
    names = {name: generated[name] for name in orders.names if name in generated}
    for docstring in orders.docstrings:
        report(docstring.name, _failures(docstring, {**generated, **spec, **names}, orders.filename))


def _reporter(key: str, descriptor: int) -> Any:
    """Return the function that writes to a descriptor, which nothing else does from here on."""
    results = os.fdopen(descriptor, "w", encoding="utf-8")
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)  # the orders hold the key

    def report(name: str, errors: list[str]) -> None:
        results.write(json.dumps({"key": key, "name": name, "errors": errors}) + "\n")
        results.flush()

    return report


def _import(orders: Orders) -> tuple[dict[str, Any], dict[str, Any]]:
    """Import the spec module, the candidate in place of the generated one; return the names of both."""
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
    """Put the candidate where jaunt.loader looks for the code of a module without a package."""
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


def _failures(docstring: Docstring, names: Mapping[str, Any], filename: str) -> list[str]:
    """Run the examples of a docstring; return, for each that fails, what was expected and what came."""
    import doctest  # it takes 40 ms, and most modules have no examples

    errors: list[str] = []

    class Runner(doctest.DocTestRunner):
        def report_start(self, out: Any, test: doctest.DocTest, example: doctest.Example) -> None:
            pass

        def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
            self._fail(example, got)

        def report_unexpected_exception(self, out: Any, test: Any, example: doctest.Example, exc_info: Any) -> None:
            self._fail(example, _in_words(exc_info[1], test.filename))

        def _fail(self, example: doctest.Example, got: str) -> None:
            expected = example.exc_msg if example.exc_msg is not None else example.want
            errors.append(
                f"{docstring.name}: the example in line {docstring.line + example.lineno} of the spec module fails\n"
                f"    example: {_indented(example.source)}\n"
                f"    expected: {_indented(expected) or 'no output'}\n"
                f"    got: {_indented(got) or 'no output'}"
            )

    test = doctest.DocTestParser().get_doctest(docstring.text, dict(names), docstring.name, filename, 0)
    Runner(verbose=False).run(test, clear_globs=False)
    return errors


def _in_words(error: BaseException, filename: str) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == filename]
    where = f" (line {lines[-1]} of the candidate)" if lines else ""
    advice = ""
    if type(error).__name__ == "JauntNotBuiltError":
        advice = "; a spec that an example uses has to be among the deps"
    return f"{type(error).__name__}: {error}{where}{advice}"


def _indented(text: str) -> str:
    cut = text.rstrip() if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    return cut.replace("\n", "\n        ")


if __name__ == "__main__":
    _child()
