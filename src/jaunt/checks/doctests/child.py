"""The examiner: imports candidates inside the sandbox and runs the examples of their specs.

`examples.py` and `sandboxes.py` start it by path. Without an argument it examines one candidate: the order is on
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
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, TypedDict

import jaunt.runtime.loader  # noqa: F401 - loaded here, it is in every process that examines a candidate
from jaunt.project.from_source import import_from_source
from jaunt.project.unbuilt import unbuilt_behind
from jaunt.runtime.spec_module import generated_module_of, set_initialising
from jaunt.sandbox import linux
from jaunt.sandbox.processes import kill_all

LONGEST = 2_000  # characters of what an example gave
COUNT = 8  # digits of the number of bytes that a frame begins with
_SECONDS_IN_COMPANY = 2.0  # what takes longer has to be alone
_LONGEST_REPORT = 1 << 20  # bytes


class Docstring(TypedDict):
    """A docstring with examples: the symbol that it is of, and the line that it begins in."""

    name: str
    text: str
    line: int


class Order(TypedDict):
    """What the child process is to examine, as JSON. `single_file` says that the spec module is in no package.

    `bases` are the folders that the project's module names start from; a report counts only with the `key`.
    """

    spec_module: str
    generated_module: str
    source: str
    filename: str
    names: list[str]
    docstrings: list[Docstring]
    single_file: bool
    bases: list[str]
    key: str


def frame(content: bytes) -> bytes:
    """Return content as it goes through a stream: its length in digits, then itself."""
    return b"%0*d%b" % (COUNT, len(content), content)


def _child() -> None:
    if len(sys.argv) > 1:
        _serve(int(sys.argv[1]))
        os._exit(0)
    order = _next_order(0)
    if order is not None:
        _examine(order, os.dup(1))


def _serve(control: int) -> None:
    """Examine candidates in processes of their own, one at a time, as long as there is an order."""
    linux.adopt_orphans()
    linux.hide_from_own_user()
    gc.freeze()  # no process copies the memory of what is there already
    while (order := _next_order(control)) is not None:  # one at a time: nobody finds the key of the next one
        if order["docstrings"]:
            import doctest  # noqa: F401 - as above
        ours, theirs = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(control)
            os.close(ours)
            os.setsid()
            linux.die_with_parent()  # where there is no supervisor, nobody else would end it
            _examine(order, theirs)
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


def _next_order(stream: int) -> Order | None:
    """Read an order from a descriptor; None at its end."""
    size = _read(stream, COUNT)
    if not size:
        return None
    return json.loads(_read(stream, int(size)))


def _read(stream: int, size: int) -> bytes:
    content = b""
    while len(content) < size and (chunk := os.read(stream, size - len(content))):
        content += chunk
    return content


def _examine(order: Order, results: int) -> None:
    """Import the candidate and run the examples; report each finding to `results` as soon as it is there."""
    report = _reporter(order["key"], results)
    import_from_source(order["bases"])
    sys.path[:0] = order["bases"]  # its own first
    try:
        spec, generated = _import(order)
    except BaseException as error:  # noqa: BLE001 - whatever a candidate raises on import is the finding
        words = f"importing {order['spec_module']} fails: {_in_words(error, order['filename'])}"
        report("", [words], unbuilt_behind(error))
        return
    report("", [])
    for docstring in order["docstrings"]:
        report(docstring["name"], *_failures(docstring, {**generated, **spec}, order["filename"]))


def _reporter(key: str, descriptor: int) -> Any:
    """Return the function that writes to a descriptor, which nothing else does from here on."""
    results = os.fdopen(descriptor, "w", encoding="utf-8")
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)  # the order holds the key

    def report(name: str, errors: list[str], unbuilt: Sequence[str] = ()) -> None:
        results.write(json.dumps({"key": key, "name": name, "errors": errors, "unbuilt": [*unbuilt]}) + "\n")
        results.flush()

    return report


def _import(order: Order) -> tuple[dict[str, Any], dict[str, Any]]:
    """Import the spec module, the candidate in place of the generated one; return the names of both."""
    linecache.cache[order["filename"]] = (
        len(order["source"]), None, order["source"].splitlines(keepends=True), order["filename"]
    )  # fmt: skip
    if order["single_file"]:
        _load_single_file(order)
    else:
        sys.meta_path.insert(0, _StandIn(order))
    spec = importlib.import_module(order["spec_module"])
    generated = importlib.import_module(order["generated_module"])
    for name in order["names"]:
        getattr(spec, name, None)  # as a caller does, whose access puts the generated code in its place
    return vars(spec), vars(generated)


def _load_single_file(order: Order) -> None:
    """Put the candidate where jaunt.runtime.loader looks for the code of a module without a package."""
    module = sys.modules[order["generated_module"]] = _generated_module(order)
    spec = module.__spec__ = ModuleSpec(order["generated_module"], None, origin=order["filename"])
    set_initialising(spec, True)  # the spec module, which the candidate imports, then waits for its classes
    exec(compile(order["source"], order["filename"], "exec", dont_inherit=True), vars(module))
    set_initialising(spec, False)


def _generated_module(order: Order) -> ModuleType:
    """Return the module object that the functions of the spec module wait for."""
    module = generated_module_of(order["spec_module"])
    module.__name__ = order["generated_module"]
    return module


class _StandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the candidate by the generated module's name, and packages above it that are not there yet."""

    def __init__(self, order: Order) -> None:
        self._order = order

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> Any:
        if name == self._order["generated_module"]:
            is_package = Path(self._order["filename"]).name == "__init__.py"
            spec = ModuleSpec(name, self, origin=self._order["filename"], is_package=is_package)
            spec.has_location = True
            if is_package:
                spec.submodule_search_locations = [str(Path(self._order["filename"]).parent)]
            return spec
        if self._order["generated_module"].startswith(f"{name}.") and PathFinder.find_spec(name, path) is None:
            return ModuleSpec(name, None, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _generated_module(self._order)

    def exec_module(self, module: Any) -> None:
        exec(compile(self._order["source"], self._order["filename"], "exec", dont_inherit=True), vars(module))


def _failures(docstring: Docstring, names: Mapping[str, Any], filename: str) -> tuple[list[str], list[str]]:
    """Run the examples of a docstring; return, for each that fails, what was expected and what came.

    With it comes which modules had no code yet, where that is what came.
    """
    import doctest  # it takes 40 ms, and most modules have no examples

    errors: list[str] = []
    unbuilt: list[str] = []

    class Runner(doctest.DocTestRunner):
        def report_start(self, out: Any, test: doctest.DocTest, example: doctest.Example) -> None:
            pass

        def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
            self._fail(example, got)

        def report_unexpected_exception(self, out: Any, test: Any, example: doctest.Example, exc_info: Any) -> None:
            unbuilt.extend(unbuilt_behind(exc_info[1]))
            self._fail(example, _in_words(exc_info[1], test.filename))

        def _fail(self, example: doctest.Example, got: str) -> None:
            expected = example.exc_msg if example.exc_msg is not None else example.want
            line = docstring["line"] + example.lineno
            errors.append(
                f"{docstring['name']}: the example in line {line} of the spec module fails\n"
                f"    example: {_indented(example.source)}\n"
                f"    expected: {_indented(expected) or 'no output'}\n"
                f"    got: {_indented(got) or 'no output'}"
            )

    test = doctest.DocTestParser().get_doctest(docstring["text"], dict(names), docstring["name"], filename, 0)
    Runner(verbose=False).run(test, clear_globs=False)
    return errors, unbuilt


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
