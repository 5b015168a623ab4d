"""Hypothesis, loaded and out of sight: no candidate finds it in `sys.modules`, nor its frames on the stack.

A candidate that finds it there could be right for as long as it is looked at. It is imported by this file alone, in the
sandbox; `revealed` puts it in its place while it runs itself, and calls of a candidate are made in a thread of theirs.
"""

import importlib
import importlib.abc
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from threading import Thread, current_thread
from types import ModuleType
from typing import Any

from jaunt.checks.behaviour.characters import know_characters
from jaunt.process.boundary import caught

_LOOK = 0.5  # seconds between two looks at a call that goes on
_IDLE = 0.02  # of the time: what takes less of the processor only waits
_TELLING = ("hypothesis", "_hypothesis", "sortedcontainers")
hypothesis: Any = importlib.import_module("hypothesis")
strategies: Any = importlib.import_module("hypothesis.strategies")
drawable: Mapping[Any, Any] = getattr(
    importlib.import_module("hypothesis.strategies._internal.types"), "_global_type_lookup", {}
)
"""The types that Hypothesis has, or was told, a strategy for; it has no function that tells."""
_modules: dict[str, ModuleType] = {}
_asked_for: list[str] = []


def draw_the_same_everywhere() -> None:
    """Keep Hypothesis from drawing what stands in the source of the modules that happen to be loaded.

    Which those are, and whether they count as somebody's own, depends on the machine. It has no setting for that.
    """
    name = "hypothesis.internal.conjecture.providers"
    providers: Any = importlib.import_module(name) if find_spec(name) is not None else None
    if hasattr(providers, "_get_local_constants"):  # of 2025 and later
        none = providers._local_constants
        providers._get_local_constants = lambda: none


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives who imports Hypothesis, as a spec module may for its strategies, the one that is there already."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in _modules else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _modules[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        _asked_for.append(module.__name__)


def is_used_by_project() -> bool:
    """Whether code of the project has imported Hypothesis in this process."""
    return bool(_asked_for)


def conceal() -> None:
    """Take Hypothesis out of `sys.modules`."""
    for name in [each for each in sys.modules if each.startswith(_TELLING)]:
        _modules[name] = sys.modules.pop(name)


@contextmanager
def revealed() -> Generator[None]:
    """Have Hypothesis in its place."""
    sys.modules.update(_modules)
    try:
        yield
    finally:
        conceal()


class Stuck(BaseException):
    """A call has not come to an end; Hypothesis lets it through."""


class Caller:
    """A thread that calls candidates, one call at a time."""

    def __init__(self, seconds: float) -> None:
        self.is_busy = False
        self._seconds = seconds
        self._begun = 0
        self._calls: SimpleQueue[Callable[[], Any]] = SimpleQueue()
        self._results: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        self._thread = Thread(target=self._serve, daemon=True, name="MainThread")
        self._thread.start()

    def call(self, function: Callable[[], Any]) -> tuple[Any, BaseException | None]:
        """Return what a function gives, or raises; raises Stuck if it takes too long.

        Hypothesis is concealed meanwhile, if it was not. A function that is called may itself make calls like this:
        then each of them has that time.
        """
        self._begun += 1
        if current_thread() is self._thread:
            return _result_of(function)
        was_revealed = "hypothesis" in sys.modules
        self.is_busy = True
        if was_revealed:
            conceal()
        try:
            self._calls.put(function)
            return self._result()
        finally:
            if was_revealed:
                sys.modules.update(_modules)
            self.is_busy = False

    def _result(self) -> tuple[Any, BaseException | None]:
        """Wait for a call's end; raises Stuck once it has worked, or done nothing, for too long.

        The time is the processor's, as another load must not make a call look stuck; it counts on the clock for a call
        that only waits.
        """
        begun = 0
        processor, clock = time.process_time(), time.monotonic()
        while True:
            try:
                return self._results.get(timeout=_LOOK)
            except Empty:
                if begun != self._begun:  # since the last look: a clock for each call takes as long as most calls do
                    begun, processor, clock = self._begun, time.process_time(), time.monotonic()
                worked, passed = time.process_time() - processor, time.monotonic() - clock
            if worked > self._seconds or (passed > self._seconds and worked < _IDLE * passed):
                raise Stuck

    def _serve(self) -> None:
        while True:
            self._results.put(_result_of(self._calls.get()))


def _result_of(function: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    given: list[Any] = []
    error = caught(lambda: given.append(function()))
    return given[0] if given else None, error


draw_the_same_everywhere()
know_characters()
sys.meta_path.insert(0, _Finder())
conceal()
