"""The attempts at one module so far: what was wrong with them, and whether the model says the same again."""

import ast
from dataclasses import dataclass, field, replace

from jaunt.generate.check import Examination
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.syntax.source import parse_or_none
from jaunt.text.flaw import Flaw, flaws

MOST_SAME = 3
"""How often a model may give the same code before it is asked no more."""

SAME_CODE = "this is the code that was rejected before, given once more: write different code"


@dataclass
class Attempts:
    """What is remembered from one attempt to the next; `errors` are those of all of them, in order."""

    errors: list[Flaw] = field(default_factory=list)
    seconds: float = 0.0
    same: int = 1
    """How often the code that came most often has come."""
    suspects: list[Flaw] = field(default_factory=list)
    """Examples that two different candidates failed with the same value."""
    _counts: dict[str, int] = field(default_factory=dict)
    _rejected: dict[str, Examination] = field(default_factory=dict)
    _failed_examples: set[Flaw] = field(default_factory=set)

    def known(self, source: str) -> Examination | None:
        """Return what was found when the very same text was looked at before, if it was."""
        found = self._rejected.get(source)
        return replace(found, seconds=0.0) if found is not None else None

    def rejected(self, text: str, found: Examination) -> Examination:
        """Remember what was made of an answer's code, unless it passed; return it."""
        if not found.ok and found.fault is None:
            self._rejected[text] = found
        return found

    def add(self, number: int, error: str) -> None:
        """Take note of an error of an attempt; `number` is 0 where there is but one."""
        (flaw,) = flaws([error])
        self.errors.append(flaw.saying(f"attempt {number}: {error}", attempt=number) if number else flaw)

    def note(self, found: Examination, number: int, ctx: ModuleSpecContext) -> ModuleSpecContext:
        """Take note of a rejected candidate; return the context of the next attempt. For `number` see `add`.

        A candidate that came before is not shown again: a model that is shown it writes it down once more.
        """
        for error in [*found.errors, *found.told]:
            self.add(number, error)
        key = _syntax(found.source)
        self._counts[key] = self._counts.get(key, 0) + 1
        if self._counts[key] == 1:
            examples = {error for error in found.errors if "got" in error.details}
            self.suspects += sorted(examples & self._failed_examples - {*self.suspects})
            self._failed_examples |= examples
        self.same = max(self.same, self._counts[key])
        if self._counts[key] == 1:
            return replace(ctx, rejected_source=found.source, repeats=0)
        self.add(number, SAME_CODE)
        return replace(ctx, rejected_source="", repeats=self._counts[key] - 1)

    def verdict(self) -> list[str]:
        """Return what is to be told of a module at its end besides what is wrong with the last candidate."""
        same = [f"the model gave the same code {self.same} times"] if self.same >= MOST_SAME else []
        return [*same, *(f"is the example wrong? two answers gave the same: {_first(each)}" for each in self.suspects)]


def _syntax(source: str) -> str:
    """Return what is the same for candidates that differ in form alone."""
    tree = parse_or_none(source) if isinstance(source, str) else None
    try:
        return source if tree is None else ast.dump(tree)
    except RecursionError:
        return source


def _first(error: str) -> str:
    return error.partition("\n")[0]
