"""The examiner: imports candidates inside the sandbox and runs the steps of the questions about them.

`runner.py` and `sandboxes.py` start it by path; `protocol.py` says what goes in and out. Without an argument it
examines one candidate by one order: that is on standard input, and it reports on standard output. With the number of a
socket as its argument it examines one candidate after the other, each in a process of its own, until the socket is
closed; orders and reports go through the socket, framed. Further arguments are modules that it loads at its start.
"""

import __future__

import gc
import importlib
import io
import json
import os
import select
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import jaunt.runtime.loader  # noqa: F401 - loaded here, it is in every process that examines a candidate
from jaunt.checks.examiner.candidate import Imported, import_candidate
from jaunt.checks.examiner.protocol import COUNT, KEY, AnswerReport, ImportReport, Order, frame
from jaunt.process.boundary import caught, last_line_in
from jaunt.project.from_source import import_from_source
from jaunt.project.unbuilt import unbuilt_behind
from jaunt.sandbox import linux
from jaunt.sandbox.processes import kill_all

_SECONDS_IN_COMPANY = 2.0  # what takes longer has to be alone
_TRIAL_SECONDS = 8.0  # the same, for what draws inputs
_LONGEST_REPORT = 1 << 20  # bytes

_Report = Callable[[ImportReport | AnswerReport], None]


def main() -> None:
    """Examine the candidate of standard input, or those that come through the socket of the first argument."""
    if len(sys.argv) > 1:
        _serve(int(sys.argv[1]), sys.argv[2:])
        os._exit(0)
    orders = _next_orders(0)
    if orders:
        _preload(_wanted(orders))
        _examine(orders, os.dup(0), [os.dup(1)])


def _serve(control: int, preload: list[str]) -> None:
    """Examine candidates in processes of their own, one at a time, as long as there is an order."""
    linux.adopt_orphans()
    linux.hide_from_own_user()
    gc.freeze()  # no process copies the memory of what is there already
    _preload(preload)
    while orders := _next_orders(control):
        _preload(_wanted(orders))
        _prepare(orders)
        keys, key = os.pipe()
        pipes = [os.pipe() for _ in orders]
        ours, theirs = [each[0] for each in pipes], [each[1] for each in pipes]
        process = os.fork()
        if process == 0:
            for descriptor in (control, key, *ours):
                os.close(descriptor)
            os.setsid()
            linux.die_with_parent()  # where there is no supervisor, nobody else would end it
            _examine(orders, keys, theirs)
            os._exit(0)
        os.write(key, _read(control, KEY))  # its place is in the pipe, whether it is read or not
        for descriptor in (keys, key, *theirs):
            os.close(descriptor)
        reports = [_collect(results, order, process) for results, order in zip(ours, orders, strict=True)]
        kill_all(process)
        os.write(control, b"".join(map(frame, reports)))


def _wanted(orders: list[Order]) -> list[str]:
    return [name for order in orders for name in order.get("preload", ())]


def _preload(wanted: list[str]) -> None:
    """Import what looks at the candidate, before anything of it can be in the way."""
    missing = [name for name in dict.fromkeys(wanted) if name not in sys.modules]
    for name in missing:
        importlib.import_module(name)
    if missing:
        gc.freeze()  # as for all that was there before


def _prepare(orders: list[Order]) -> None:
    """Have what looks at the candidate do what it can before that is there, for it and those that come later."""
    for order in orders:
        for name in order.get("preload", ()):
            prepare = getattr(sys.modules[name], "prepare", None)
            if prepare is not None:
                prepare(order.get("drawn", ()))


def _collect(results: int, order: Order, process: int) -> bytes:
    """Return what is reported of an order until its process has ended, with all that it has started.

    If that takes too long, the process of the candidate is killed: nothing more comes then of its other orders.
    """
    report = b""
    deadline = time.monotonic() + (_TRIAL_SECONDS if order.get("preload") else _SECONDS_IN_COMPANY)
    while True:
        ready, _, _ = select.select([results], [], [], max(0.0, deadline - time.monotonic()))
        if not ready or len(report) >= _LONGEST_REPORT:
            kill_all(process)
            break
        chunk = os.read(results, 1 << 16)
        if not chunk:
            break
        report += chunk
    os.close(results)
    return report


def _next_orders(stream: int) -> list[Order]:
    """Read the orders about the next candidate from a descriptor; none at its end."""
    size = _read(stream, COUNT)
    return json.loads(_read(stream, int(size))) if size else []


def _read(stream: int, size: int) -> bytes:
    content = b""
    while len(content) < size and (chunk := os.read(stream, size - len(content))):
        content += chunk
    return content


def _examine(orders: list[Order], keys: int, results: list[int]) -> None:
    """Import the candidate and ask the questions of each order; report what came of it to its descriptor.

    Each order with questions has a process of its own, in which nothing was done but that import; the last one has
    this. The key is read from `keys` when the import is over.
    """
    _mute()
    order = orders[0].copy()
    order["effects"] = any(each["effects"] for each in orders)
    import_from_source(order["bases"])
    sys.path[:0] = order["bases"]  # its own first
    imports: list[Imported] = []
    error = caught(lambda: imports.append(import_candidate(order)))
    imported = error or imports[0]
    key = _read(keys, KEY).decode()
    for place, each in enumerate(orders[:-1]):
        if not each["questions"]:  # nothing is done in its process
            _answer(each, key, imported, results[place])
            continue
        process = os.fork()
        if process == 0:
            try:
                linux.die_with_parent()
                for descriptor in results[place + 1 :]:
                    os.close(descriptor)
                _answer(each, key, imported, results[place])
            finally:
                os._exit(0)
        os.close(results[place])
        os.waitpid(process, 0)
    _answer(orders[-1], key, imported, results[-1])


def _answer(order: Order, key: str, imported: Imported | BaseException, results: int) -> None:
    """Report how the import went, and what came of each step as soon as it is there."""
    report = _reporter(results)
    if isinstance(imported, BaseException):
        words = f"importing {order['spec_module']} fails: {_in_words(imported, order['filename'])}"
        report({"key": key, "errors": [{"message": words}], "unbuilt": unbuilt_behind(imported)})
        return
    errors = [*(imported.effects if order["effects"] else ()), *imported.errors]
    report({"key": key, "errors": errors, "unbuilt": []})
    if order["questions"] and not errors:
        with _scratch_folder():
            for index, question in enumerate(order["questions"]):
                names = {**imported.generated, **imported.spec}
                _ask(index, question["steps"], names, order["filename"], report)


@contextmanager
def _scratch_folder() -> Generator[None]:
    """Make a new folder the working directory: what stands in the one before can be read there, and files be written.

    The project itself stays as it is.
    """
    with tempfile.TemporaryDirectory(prefix="examples-", ignore_cleanup_errors=True) as folder:
        for entry in os.scandir():
            os.symlink(os.path.abspath(entry.name), os.path.join(folder, entry.name))  # noqa: PTH100, PTH118, PTH211
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir("/")


def _mute() -> None:
    """Keep standard input and output from whoever uses them from here on."""
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)


def _reporter(descriptor: int) -> _Report:
    """Return the function that writes to a descriptor, which nothing else does."""
    results = os.fdopen(descriptor, "w", encoding="utf-8")

    def report(found: ImportReport | AnswerReport) -> None:
        results.write(json.dumps(found) + "\n")
        results.flush()

    return report


def _ask(index: int, steps: list[str], names: dict[str, Any], filename: str, report: _Report) -> None:
    """Run the steps of a question as `doctest` runs examples: each to its end, whatever it raises."""
    flags = _future_flags(names)
    printed = io.StringIO()
    before = sys.stdout, sys.displayhook
    sys.stdout, sys.displayhook = printed, sys.__displayhook__
    for step, source in enumerate(steps):

        def run(source: str = source, step: int = step) -> None:
            exec(compile(source, f"<step {step}>", "single", flags, dont_inherit=True), names)

        error = caught(run)
        answer: AnswerReport = {"question": index, "step": step, "printed": _taken_from(printed)}
        if error is not None:
            answer["raised"] = _forms(error)
            answer["error"] = type(error).__name__
            answer["line"] = last_line_in(filename, error)
            answer["words"] = _in_words(error, filename)
            answer["unbuilt"] = unbuilt_behind(error)
        report(answer)
    sys.stdout, sys.displayhook = before


def _taken_from(printed: io.StringIO) -> str:
    text = printed.getvalue()
    printed.seek(0)
    printed.truncate()
    return text if not text or text.endswith("\n") else f"{text}\n"


def _future_flags(names: Mapping[str, Any]) -> int:
    """Return the flags of the features of `__future__` that a module uses: its examples are compiled with them."""
    features = {name: getattr(__future__, name) for name in __future__.all_feature_names}
    used = [feature for name, feature in features.items() if names.get(name) is feature]
    return sum({feature.compiler_flag for feature in used})


def _forms(error: BaseException) -> list[str]:
    """Return what an example may show of an error: Pythons differ in whether its notes belong to that."""
    lines = traceback.format_exception_only(type(error), error)
    if isinstance(error, SyntaxError):  # the lines before show where
        names = (f"{type(error).__qualname__}:", f"{type(error).__module__}.{type(error).__qualname__}:")
        lines = lines[next((index for index, line in enumerate(lines) if line.startswith(names)), 0) :]
    return list(dict.fromkeys(["".join(lines), lines[-1]]))


def _in_words(error: BaseException, filename: str) -> str:
    line = last_line_in(filename, error)
    where = f" (line {line} of the candidate)" if line else ""
    advice = ""
    if type(error).__name__ == "JauntNotBuiltError":
        advice = "; a spec that an example uses has to be among the deps"
    return f"{type(error).__name__}: {error}{where}{advice}"


if __name__ == "__main__":
    main()
