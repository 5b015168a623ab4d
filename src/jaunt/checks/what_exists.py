"""Errors that say what there is: a check that finds a missing attribute, argument or name has those there are added."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from functools import cached_property

from jaunt.generate.check import Checked, WrappedCheck, as_checked
from jaunt.process.frozen import frozen
from jaunt.project.world.existing import Existing
from jaunt.text.flaw import Flaw, flaws

_MOST_NAMES = 30
_Q = "[`'\"]"

_ATTRIBUTES = (
    re.compile(rf"(?:Object of type|Class|type object|Type) {_Q}(?:<class ')?(?P<name>[\w.\[\]]+?)(?:'>)?{_Q} has no "),
    re.compile(rf"{_Q}(?P<name>\w+){_Q} object has no attribute"),
    re.compile(rf"TypedDict {_Q}(?P<name>\w+){_Q}"),
    re.compile(rf"(?P<name>\w+){_Q}? has no attribute {_Q}"),
)
_ARGUMENTS = (
    re.compile(
        rf"(?:parameter|argument)s? [^`']*(?:{_Q}\w+{_Q} )?of (?:function|bound method|method) {_Q}(?P<name>[\w.]+){_Q}"
    ),
    re.compile(r"(?P<name>[\w.]+)\(\) (?:got an unexpected|got multiple|missing \d|takes \d|got some)"),
)
_OF_ARGUMENTS = {"unknown-argument", "missing-argument", "too-many-positional-arguments"}
"""Rules of ty whose messages may leave out what is called: the line shows it."""
_MODULES = (
    re.compile(rf"[Mm]odule {_Q}(?P<name>[\w.]+){_Q} has no (?:member|attribute)"),
    re.compile(r"cannot import name '\w+' from (?:partially initialized module )?'(?P<name>[\w.]+)'"),
)
_UNDEFINED = re.compile(rf"(?:Undefined name|[Nn]ame) {_Q}(?P<name>\w+){_Q}")
_CALLED = re.compile(r"(\w+)\(")


def with_what_exists(error: Flaw, existing: Existing) -> Flaw:
    """Return an error with what there is in place of what it misses: "TrackingEvent has at, place, status"."""
    found = [text for text in dict.fromkeys(_facts(error, existing)) if text not in error]
    return error.saying(f"{error} ({'; '.join(found)})") if found else error


def _facts(error: Flaw, existing: Existing) -> Iterator[str]:
    modules = [*_named(_MODULES, error)]
    for module in modules:
        yield from _fact(module, "has", existing.names_in(module))
    if modules:
        return
    for name in _named([_UNDEFINED], error):
        home = existing.home_of(name)
        if home is not None:
            yield f"from {home} import {name}"
    for name in _named(_ATTRIBUTES, error):
        simple = name.partition("[")[0].rpartition(".")[2]
        yield from _fact(simple, "has", existing.members(simple))
    called = [name.removesuffix(".__init__").rpartition(".")[2] for name in _named(_ARGUMENTS, error)]
    called += _CALLED.findall(error.quoted) if error.kind in _OF_ARGUMENTS and not called else []
    for name in called:
        yield from _fact(name, "takes", existing.parameters(name))


def _named(patterns: Iterable[re.Pattern[str]], error: str) -> Iterator[str]:
    for pattern in patterns:
        yield from (match["name"] for match in pattern.finditer(error))


def _fact(name: str, verb: str, there: list[str]) -> Iterator[str]:
    if there:
        more = f" and {len(there) - _MOST_NAMES} more" if len(there) > _MOST_NAMES else ""
        yield f"{name} {verb} {', '.join(there[:_MOST_NAMES])}{more}"


@frozen
class TellingCheck(WrappedCheck):
    """A check whose errors say what there is; `find`, called where something is wrong, returns what tells that."""

    find: Callable[[], Existing] = field(repr=False)
    code: str = ""
    """The code of what the check finds, as far as that has none of its own."""

    async def __call__(self, source: str) -> Checked:
        """Return what the check makes of a candidate; raises as that does."""
        checked = as_checked(source, await self.check(source))
        if not checked.errors and not checked.warnings:
            return checked
        return replace(checked, errors=self._told(checked.errors), warnings=self._told(checked.warnings))

    def _told(self, found: Iterable[str]) -> list[Flaw]:
        return [with_what_exists(each.coded(self.code), self._existing) for each in flaws(found)]

    @cached_property
    def _existing(self) -> Existing:
        return self.find()
