"""What is wrong with a spec itself: all its candidates would have that too."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jaunt.errors import JauntSpecError
from jaunt.syntax.source import ModuleSource


@dataclass(frozen=True, order=True)
class SpecFault:
    """One thing that is wrong with a spec: `line` counts from 1, `column` from 0; `text` is one line.

    `about` is what tells that two checks have found the same, such as the name that is not defined.
    """

    line: int
    column: int
    symbol: str
    text: str
    about: str = ""


def spec_error(spec: ModuleSource, faults: Iterable[SpecFault], besides: Iterable[str] = ()) -> JauntSpecError:
    """Return the error that tells of a spec module's faults, each with file, line and column, each once.

    `besides` are texts of other things that are wrong.
    """
    return JauntSpecError([*(_shown(spec, fault) for fault in _distinct(faults)), *besides])


def _distinct(faults: Iterable[SpecFault]) -> Iterator[SpecFault]:
    known: set[object] = set()
    for fault in sorted(faults):
        keys = {(fault.line, fault.text), (fault.line, fault.about or fault.text)}
        if known.isdisjoint(keys):
            yield fault
        known |= keys


def _shown(spec: ModuleSource, fault: SpecFault) -> str:
    symbol = f"{fault.symbol}: " if fault.symbol else ""
    return (
        f"{spec.path}:{fault.line}:{fault.column + 1}: {symbol}{fault.text}; every answer would have it too, so "
        "correct the spec"
    )
