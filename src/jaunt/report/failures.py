"""The failures of a build as a person is told them: a few of each cause, one entry for all that need a failed one."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from jaunt.report.console import MOST_LINES, some
from jaunt.text.counts import counted

if TYPE_CHECKING:  # `jaunt --version` needs none of it
    from jaunt.engine.job import Outcome

_MOST_ALIKE = 3
"""How many modules that failed by one cause are told one by one."""

_QUOTED = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"")
_NUMBER = re.compile(r"\d+")


def without_names(error: str, module: str) -> str:
    """Return an error without what differs from module to module: names, numbers, the code that it quotes."""
    text = error.partition("\n")[0].replace(module, "").replace(module.rpartition(".")[2], "")
    return _NUMBER.sub("", _QUOTED.sub("", text))


class Failures:
    """Says of each module that failed whether it is told at once, and at the end what stands for the others."""

    def __init__(self) -> None:
        self._told = 0
        self._alike: dict[str, list[str]] = {}  # cause -> the modules that failed by it
        self._beyond: list[str] = []  # modules that were not told, as many had been already
        self._roots: dict[str, frozenset[str]] = {}  # module -> what failed and kept it from being tried
        self._answered: set[str] = set()

    def admit(self, module: str, outcome: "Outcome") -> bool:
        """Take note of a module that failed; return whether it is to be told now."""
        if outcome.failed_dependencies:
            self.not_tried(module, outcome.failed_dependencies)
            self._answered |= {module} if outcome.model_seconds else set()
            return False
        if outcome.status == "interrupted":
            return self._has_room(module)
        return self.is_news(module, outcome.errors)

    def not_tried(self, module: str, failed: Iterable[str]) -> None:
        """Take note of a module that could not be tried, as what it needs had failed."""
        self._roots[module] = frozenset().union(*(self._roots.get(needed, {needed}) for needed in failed))

    def is_news(self, module: str, errors: Sequence[str]) -> bool:
        """Take note of what a module failed by; return whether it is to be told now."""
        cause = "\n".join(sorted({without_names(error, module) for error in errors}))
        alike = self._alike.setdefault(cause, [])
        alike.append(module)
        if len(alike) > _MOST_ALIKE:
            return False
        if self._has_room(module):
            return True
        alike.pop()
        return False

    def _has_room(self, module: str) -> bool:
        if self._told >= MOST_LINES:
            self._beyond.append(module)
            return False
        self._told += 1
        return True

    def lines(self) -> Iterator[str]:
        """Yield what stands for the modules that were not told."""
        for modules in self._alike.values():
            more = modules[_MOST_ALIKE:]
            if more:
                yield f"{counted(len(more), 'more module')} ended as {modules[0]} did: {some(more)}"
        if self._beyond:
            were = "was" if len(self._beyond) == 1 else "were"
            yield f"{counted(len(self._beyond), 'more module')} failed or {were} interrupted: {some(self._beyond)}"
        dependents: dict[frozenset[str], list[str]] = {}
        for module, roots in self._roots.items():
            dependents.setdefault(roots, []).append(module)
        groups = [*dependents.items()]
        for roots, modules in groups[:MOST_LINES]:
            yield self._not_tried(modules, some(sorted(roots)))
        left = [module for _, modules in groups[MOST_LINES:] for module in modules]
        if left:
            yield self._not_tried(left, "others that failed")

    def _not_tried(self, modules: list[str], needed: str) -> str:
        answered = len(self._answered.intersection(modules))
        kept = f" ({counted(answered, 'answer')} kept for the next build)" if answered else ""
        if len(modules) == 1:
            return f"{modules[0]} was not tried, as it needs {needed}{kept}"
        return f"{counted(len(modules), 'module')} were not tried, as they need {needed}: {some(modules)}{kept}"
