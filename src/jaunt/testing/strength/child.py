"""The program that finds out, in the sandbox, which mutants of some code its tests notice.

`measuring.py` starts it by path, with its orders as JSON on standard input. pytest is started and configured once, and
copied before it has collected any test: each copy imports the code with one change, and runs the tests that reach it.
Only the first process, which runs no generated code, writes the report.
"""

import gc
import json
import os
import random
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest

from jaunt.process.boundary import caught
from jaunt.testing.strength.forks import Done, Job, run_jobs
from jaunt.testing.strength.watching import Watcher, spec_of

_SURVEY_SECONDS = 60.0
_LEAST_SECONDS = 0.2
_LEAST_WAIT = 2.0
_TIMES_AS_LONG = 10
_WAITING = re.compile(r"\b(await|threading|multiprocessing|concurrent|queue|subprocess|sockets?|selectors?|sleep)\b")
CONTROL = ("control", "control again")
"""The names of runs of code that is as it was: what fails in them tells nothing."""

Run = Callable[[Watcher], None]
Mutant = dict[str, Any]


def main() -> None:
    """Measure as ordered; if a `conftest.py` imports the code under test, only when told so (`anew`)."""
    orders = json.loads(sys.stdin.buffer.read())
    if orders["anew"]:
        _measure(orders, _start_pytest(orders))
    else:
        pytest.main(orders["args"], plugins=[_Forking(orders)])


class _Forking:
    """The plugin that takes over once pytest is configured, and has looked at no test."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self._orders = orders

    def pytest_load_initial_conftests(self) -> None:
        """Keep bytecode of what comes from here on; pytest and its plugins have their own, and compile for seconds."""
        _keep_bytecode()

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Keep pytest-xdist, where it is loaded, from running tests elsewhere."""
        config.option.dist = "no"

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        """Measure, and collect nothing."""
        files = {getattr(module, "__file__", None) for module in [*sys.modules.values()]}
        if files & self._orders["targets"].keys():
            _say(self._orders, {"early": True})
        else:
            _measure(self._orders, partial(_collect_and_run, session))
        return True


def _measure(orders: dict[str, Any], run: Run) -> None:
    """Look what tests run on the code as it is, then try the mutants; `run` is how a copy runs tests."""
    survey = _one(Job("survey", partial(_survey, run, orders), _SURVEY_SECONDS), orders)
    _say(orders, {"survey": survey.answer})
    if survey.answer is None:
        return
    _preload(survey.answer["modules"], orders["bases"])
    gc.collect()
    gc.freeze()  # else each copy's collector would touch, and so copy, all of the memory
    jobs = _jobs(run, orders, survey.answer)
    for done in run_jobs(jobs, workers=orders["workers"], close=[orders["report"]]):
        noticed = done.answer["noticed"] if done.answer else None
        ended = "late" if done.is_late else "killed" if noticed is None else "done"
        _say(orders, {"mutant": done.name, "ended": ended, "noticed": noticed})
    _say(orders, {"end": True})


def _survey(run: Run, orders: dict[str, Any]) -> Any:
    """Run all tests on the code as it is; return what each of them reaches and takes, and what else is imported."""
    before = {*sys.modules}
    watcher = Watcher(trace=orders["targets"])
    watcher.begin()
    _seed()
    run(watcher)
    sys.settrace(None)
    return {
        "passed": watcher.passed(),
        "failed": [*watcher.failed],
        "seconds": watcher.seconds,
        "waited": watcher.waited,
        "reached": watcher.reached(),
        "modules": [name for name in sys.modules if name not in before],
    }


def _preload(modules: Sequence[str], bases: Sequence[str]) -> None:
    """Import what is slow to import, and none of the project's own."""
    path = [*sys.path]
    sys.path[:] = [each for each in path if each not in bases and each not in ("", ".")]
    for name in modules:
        if not any(_is_below(name, base) for base in bases):
            caught(partial(import_module, name))
    sys.path[:] = path


def _is_below(module: str, base: str) -> bool:
    top = Path(base, module.partition(".")[0])
    return top.exists() or top.with_suffix(".py").exists()


def _jobs(run: Run, orders: dict[str, Any], survey: dict[str, Any]) -> list[Job]:
    """Return the jobs, one for each mutant that a test reaches, and tell which tests do."""
    passed, seconds, waited = survey["passed"], survey["seconds"], survey["waited"]

    def job(mutant: Mutant, tests: Sequence[str]) -> Job:
        limit = _LEAST_SECONDS + _TIMES_AS_LONG * sum(seconds.get(test, 0) for test in tests)
        waits = _LEAST_WAIT + _TIMES_AS_LONG * sum(waited.get(test, 0) for test in tests)
        return Job(mutant["name"], partial(_try, run, orders, mutant, tests), limit, waits)

    reaching = _reaching(orders["mutants"], passed, survey["reached"])
    for mutant, tests in reaching:
        _say(orders, {"mutant": mutant["name"], "reached": sorted({*map(spec_of, tests)})})
    first, last = (job({"name": name, "file": ""}, passed) for name in CONTROL)
    # What may wait without an end is tried first, so that others are tried meanwhile.
    reaching.sort(key=lambda pair: _WAITING.search(orders["targets"][pair[0]["file"]]) is None)
    found = [job(mutant, tests) for mutant, tests in reaching if tests]
    return [first, *found, last] if found else []


def _reaching(
    mutants: Sequence[Mutant], passed: Sequence[str], reached: Mapping[str, Sequence[tuple[str, int]]]
) -> list[tuple[Mutant, list[str]]]:
    """Return each mutant with the tests that run its lines, among those of the modules that it counts for."""
    lines = {test: {(file, line) for file, line in found} for test, found in reached.items()}
    on_import = lines.get("", set())
    found = []
    for mutant in mutants:
        tests = [test for test in passed if test.partition("::")[0] in mutant["tests"]]
        first, last = mutant["lines"] or (1, 0)
        places = {(mutant["file"], line) for line in range(first, last + 1)}
        is_of_all = mutant["lines"] is None or places & on_import
        found.append((mutant, tests if is_of_all else [test for test in tests if places & lines[test]]))
    return found


def _try(run: Run, orders: dict[str, Any], mutant: Mutant, tests: Sequence[str]) -> Any:
    """Run tests on changed code, in a copy; return the specs that notice it."""
    if mutant["file"]:
        _put_in_place(mutant, orders["targets"][mutant["file"]])
    watcher = Watcher(only=tests)
    _seed()
    run(watcher)
    return {"noticed": watcher.noticed()}


def _put_in_place(mutant: Mutant, text: str) -> None:
    """Have the import of the mutant's file give the changed code."""
    data = text.encode()
    changed = data[: mutant["start"]] + mutant["text"].encode() + data[mutant["end"] :]
    usual: Any = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> Any:
        if self.path != mutant["file"]:
            return usual(self, name)
        return compile(changed, self.path, "exec", dont_inherit=True)

    loader: Any = SourceFileLoader
    loader.get_code = get_code


def _collect_and_run(session: pytest.Session, watcher: Watcher) -> None:
    """Run the tests that count, in a copy of pytest as it is configured."""
    session.config.pluginmanager.register(watcher)
    files = None if watcher.only is None else {test.partition("::")[0] for test in watcher.only}
    session.perform_collect([each for each in session.config.args if files is None or _named(session, each) in files])
    session.config.hook.pytest_runtestloop(session=session)


def _named(session: pytest.Session, file: str) -> str:
    path = Path(file)
    return (
        path.relative_to(session.config.rootpath).as_posix() if path.is_relative_to(session.config.rootpath) else file
    )


def _start_pytest(orders: dict[str, Any]) -> Run:
    def run(watcher: Watcher) -> None:
        pytest.main(orders["args"], plugins=[watcher])

    _keep_bytecode()
    return run


def _keep_bytecode() -> None:
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ.get("PYTHONPYCACHEPREFIX")


def _seed() -> None:
    """Let tests that draw things draw the same each time."""
    random.seed(0)
    hypothesis = sys.modules.get("hypothesis")
    if hypothesis is not None:
        hypothesis.settings.register_profile("jaunt", derandomize=True, database=None, deadline=None)
        hypothesis.settings.load_profile("jaunt")


def _one(job: Job, orders: dict[str, Any]) -> Done:
    (done,) = run_jobs([job], workers=1, close=[orders["report"]])
    return done


def _say(orders: dict[str, Any], fact: dict[str, Any]) -> None:
    os.write(orders["report"], json.dumps(fact).encode() + b"\n")


if __name__ == "__main__":
    main()
