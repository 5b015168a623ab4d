"""The attempts at one module so far: what was wrong with them, and whether the model says the same again."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from jaunt.generate.check import Examination
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.syntax.source import parse_or_none

MOST_SAME = 3
"""How often a model may give the same code before it is asked no more."""

SAME_CODE = "this is the code that was rejected before, given once more: write different code"
_GOT = "\n    got: "


@dataclass
class Attempts:
    """What is remembered from one attempt to the next; `errors` are those of all of them, in order."""

    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    same: int = 1
    """How often the code that came most often has come."""
    suspects: list[str] = field(default_factory=list)
    """Examples that two different candidates failed with the same value."""
    _counts: dict[str, int] = field(default_factory=dict)
    _rejected: dict[str, Examination] = field(default_factory=dict)
    _failed_examples: set[str] = field(default_factory=set)

    def known(self, source: str) -> Examination | None:
        """Return what was found when the very same text was looked at before, if it was."""
        found = self._rejected.get(source)
        return replace(found, seconds=0.0) if found is not None else None

    def rejected(self, text: str, found: Examination) -> Examination:
        """Remember what was made of an answer's code, unless it passed; return it."""
        if not found.ok and found.fault is None:
            self._rejected[text] = found
        return found

    def note(self, found: Examination, prefix: str, ctx: ModuleSpecContext) -> ModuleSpecContext:
        """Take note of a rejected candidate; return the context of the next attempt.

        A candidate that came before is not shown again: a model that is shown it writes it down once more.
        """
        self.errors += [f"{prefix}{error}" for error in found.errors]
        key = _syntax(found.source)
        self._counts[key] = self._counts.get(key, 0) + 1
        if self._counts[key] == 1:
            examples = {error for error in found.errors if _GOT in error}
            self.suspects += sorted(examples & self._failed_examples - {*self.suspects})
            self._failed_examples |= examples
        self.same = max(self.same, self._counts[key])
        if self._counts[key] == 1:
            return replace(ctx, rejected_source=found.source, repeats=0)
        self.errors.append(f"{prefix}{SAME_CODE}")
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


def shortened(errors: Sequence[str], most: int = 10, most_characters: int = 2_000) -> list[str]:
    """Return the errors that a model is told: each cause once, the last attempt's first to be kept, within limits."""
    distinct = _without_doubles(errors)
    last = distinct[-1].partition(":")[0] if distinct else ""
    wanted = sorted(range(len(distinct)), key=lambda i: (not distinct[i].startswith(f"{last}:"), i))
    kept: list[int] = []
    left = most_characters
    for index in wanted[:most]:
        size = min(len(distinct[index]), most_characters // 3)
        if size <= left or not kept:
            kept.append(index)
            left -= size
    found = [_cut(distinct[index], most_characters // 3) for index in sorted(kept)]
    more = len(distinct) - len(found)
    return [*found, f"and {more} more"] if more else found


def _without_doubles(errors: Sequence[str]) -> list[str]:
    """Return errors but for those that tell of an undefined name, or of a line's one cause, a second time."""
    known: set[tuple[str, str]] = set()
    found = []
    for error in dict.fromkeys(errors):
        attempt = error.partition(": ")[0] if error.startswith("attempt ") else ""
        name = _undefined(error)
        if name and (attempt, name) in known:
            continue
        known.add((attempt, name))
        found.append(error)
    return found


def _undefined(error: str) -> str:
    """Return the name that an error says is not defined, "" for any other error."""
    is_of_name = "F821" in error or "[unresolved-reference]" in error
    return error.split("`")[1] if is_of_name and error.count("`") > 1 else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()} ..."
