"""A module asked for in parts: a few of its specs a call, where all of them are more than a model answers at once."""

import ast
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace

from jaunt.build.context import part_of_context
from jaunt.checks.spliced import SplicedAnswer
from jaunt.generate.base import GenerationResult, ModuleSpecContext
from jaunt.generate.check import Check, Examination, check_candidate
from jaunt.generate.retry import result_of
from jaunt.plan.module_work import ModuleWork
from jaunt.plan.moved_specs import MovedSpecs
from jaunt.process.frozen import frozen
from jaunt.spec_ref import code_name, module_of, qualname_of
from jaunt.specs.dag import components
from jaunt.syntax.source import parse_or_none
from jaunt.syntax.splicing.splice import excerpt
from jaunt.text.flaw import Flaw

Ask = Callable[[ModuleSpecContext, Sequence[Check], Sequence[str]], Awaitable[GenerationResult]]
"""Asks for a part: its context, what its answers have to pass, and what was wrong with the code before."""


@frozen
class Parts:
    """The parts of one module, in the order in which they are asked for: names of specs, what they use before them.

    `moved` is what is asked for, and the code that the answers are put into.
    """

    work: ModuleWork
    moved: MovedSpecs
    parts: Sequence[tuple[str, ...]]

    def first(self, context: ModuleSpecContext) -> ModuleSpecContext:
        """Return what a model is told for the first part."""
        return _told(context, self._to_put(self.parts[0], self.moved.source, ()))

    async def generate(
        self, ask: Ask, context: ModuleSpecContext, checks: Sequence[Check], *, rounds: int, told: Sequence[str] = ()
    ) -> GenerationResult:
        """Ask for each part, put the answers together, and the whole through `checks`.

        Where it fails, the parts that are to blame are asked for again, told what is wrong; at most so many `rounds`.
        """
        text, attempts, done = self.moved.source, 0, set[str]()
        blamed = {part: list(told) for part in self.parts}
        remarks: dict[tuple[str, ...], Sequence[str]] = {}
        result, found = GenerationResult(0, None), Examination(text)
        for number in range(rounds):
            for part, errors in blamed.items():
                put = self._to_put(part, text, done)
                shown = _told(context, put)
                if number:
                    shown = replace(shown, previous_source=excerpt(text, part, others=done - {*part}))
                result = await ask(shown, [SplicedAnswer(put)], errors)
                attempts += result.attempts
                if result.source is None:
                    return replace(result, attempts=attempts)
                text, done = result.source, done | {*part}
                remarks[part] = result.advisories
            found = await check_candidate(text, self.work.names, [*checks, SplicedAnswer(self.moved)])
            if found.ok or found.fault is not None:
                break
            blamed = self._blamed(text, found.errors)
        return replace(result_of(found, attempts), advisories=[each for told in remarks.values() for each in told])

    def _to_put(self, part: tuple[str, ...], text: str, done: "set[str] | tuple[()]") -> MovedSpecs:
        kept = tuple(name for name in self.work.names if name in {*self.moved.kept, *done} - {*part})
        return MovedSpecs(part, kept, self.moved.removed, text)

    def _blamed(self, text: str, errors: Sequence[Flaw]) -> dict[tuple[str, ...], list[str]]:
        """Return the parts that errors are about, each with its own: by line, or by name; else all, with all."""
        found: dict[tuple[str, ...], list[str]] = {}
        for error in errors:
            named = {*_at_line(text, error.line)} or {error.symbol.partition(".")[0], error.about}
            named = named if named & {*self.work.names} else {*re.findall(r"\w+", error.partition("\n")[0])}
            for part in self.parts:
                if named & {*part}:
                    found.setdefault(part, []).append(error)
        return found or {part: [*errors] for part in self.parts}


def parts_of(work: ModuleWork, moved: MovedSpecs | None, most: int | None) -> Parts | None:
    """Return the parts of what is asked for, `most` specs each; None if that is one call."""
    moved = moved or MovedSpecs(tuple(work.names), (), (), "")
    if most is None or len(moved.asked) <= most:
        return None
    own = {name: [ref for ref in work.uses.get(name, ()) if module_of(ref) == work.module] for name in moved.asked}
    uses = {name: [n for n in map(_name, refs) if n in moved.asked] for name, refs in own.items()}
    order = [name for group in components(uses) for name in group]
    return Parts(work, moved, [tuple(order[at : at + most]) for at in range(0, len(order), most)])


def _name(ref: str) -> str:
    return code_name(qualname_of(ref))


def _told(context: ModuleSpecContext, put: MovedSpecs) -> ModuleSpecContext:
    """Return what a model is told for a part; of code that is there, what it says of that part."""
    part = part_of_context(context, put)
    before = context.previous_source
    others = {*context.expected_names} - {*put.asked}
    shown = excerpt(before, put.asked, others=others) if before and parse_or_none(before) else ""
    return replace(part, previous_source=shown if shown.strip() else "")


def _at_line(text: str, line: int) -> Iterator[str]:
    """Yield the name of the definition that stands in a line."""
    tree = parse_or_none(text)
    for node in tree.body if tree is not None else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if first <= line <= (node.end_lineno or first):
                yield node.name
