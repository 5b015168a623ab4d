"""What a check on candidates is, and how one candidate is put through several."""

import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import field, replace
from typing import Any, Protocol, runtime_checkable

from jaunt import codes
from jaunt.errors import JauntError, JauntMachineError
from jaunt.generate.answer.advisories import split_advisories
from jaunt.generate.evidence import Evidence, added
from jaunt.generate.repeated import told_once
from jaunt.process.background import in_background
from jaunt.process.faults import is_machine_fault
from jaunt.process.frozen import frozen
from jaunt.text.flaw import Flaw, flaws
from jaunt.validation import compile_check, validate_generated_source


@frozen
class Checked:
    """What a check makes of a candidate: its source, perhaps rewritten by a formatter, and its errors.

    An error that is no `Flaw` but a plain text, as a caller's own check may give, is one that nothing more is known of.
    `warnings` keep a candidate from nothing. `unbuilt` are the modules whose code it needed and that have none yet. A
    next attempt that is made for another reason is told what is in `told` as well. `evidence` is what has shown that
    the code is right: see `Evidence`.
    """

    source: str
    errors: Sequence[str] = ()
    warnings: Sequence[str] = ()
    unbuilt: Collection[str] = ()
    told: Sequence[str] = ()
    evidence: Evidence = field(default_factory=dict)


@runtime_checkable
class Check(Protocol):
    """Says what is wrong with one module's candidates."""

    @property
    def name(self) -> str:
        """What it is called in [verify] and in reports."""

    @property
    def after_failure(self) -> bool:
        """Whether it also looks at candidates that an earlier check found wrong."""

    @property
    def needs(self) -> Collection[str]:
        """The names of the checks that a candidate must not have failed, for this one to look at it all the same."""

    async def __call__(self, source: str, /) -> Sequence[str] | Checked:
        """Return what is wrong with a candidate, a flaw or plain text each, or a `Checked`.

        Raises a JauntError where that can't be found out, whatever the candidate is.
        """


CheckFunction = Callable[[str], Awaitable[Sequence[str] | Checked]]
"""What callers of the library may give for a check: a function with the signature of `Check.__call__`."""


@frozen
class FunctionCheck:
    """A function as a check."""

    function: CheckFunction
    name: str = "check"
    after_failure: bool = False
    needs: Collection[str] = ()

    async def __call__(self, source: str) -> Sequence[str] | Checked:
        return await self.function(source)


def as_check(check: Check | CheckFunction) -> Check:
    """Return a check, or the one that a function stands for; a true attribute `after_failure` of it counts."""
    if isinstance(check, Check):
        return check
    name = getattr(check, "__name__", FunctionCheck.name)
    return FunctionCheck(check, name, bool(getattr(check, "after_failure", False)))


@frozen
class WrappedCheck:
    """What a check is called and needs, for one that does something around another."""

    check: Check

    @property
    def name(self) -> str:
        """What the check is called."""
        return self.check.name

    @property
    def after_failure(self) -> bool:
        """Whether the check also looks at candidates that an earlier one found wrong."""
        return self.check.after_failure

    @property
    def needs(self) -> Collection[str]:
        """What the check needs."""
        return self.check.needs


@frozen
class WarningCheck(WrappedCheck):
    """A check whose findings are warnings."""

    async def __call__(self, source: str) -> Checked:
        checked = as_checked(source, await self.check(source))
        return replace(checked, errors=(), warnings=[*checked.errors, *checked.warnings])


@frozen
class Examination:
    """What all checks made of a candidate; `passed` is how many it passed before the first that it failed.

    `fault` is why a check could not say anything; the checks after it have not been asked then. `seconds` is the time
    that it took. `advisories` are what the answer said of the specs.
    """

    source: str
    errors: list[Flaw] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    passed: int = 0
    fault: JauntError | None = None
    seconds: float = 0.0
    told: list[str] = field(default_factory=list)
    advisories: tuple[str, ...] = ()
    evidence: Evidence = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the candidate has passed everything."""
        return not self.errors and self.fault is None

    @property
    def rank(self) -> tuple[int, int]:
        """How far the candidate got: the greater, the further."""
        return self.passed, -len(self.errors)


async def check_answer(answer: str, expected_names: Sequence[str], checks: Sequence[Check] = ()) -> Examination:
    """Put what a backend gave through `check_candidate`, without its advisories, which are returned beside."""
    code, advisories = split_advisories(answer) if isinstance(answer, str) else (answer, ())
    return replace(await check_candidate(code, expected_names, checks), advisories=advisories)


async def check_candidate(candidate: str, expected_names: Sequence[str], checks: Sequence[Check] = ()) -> Examination:
    """Put a candidate through syntax, required names and then `checks`, in order.

    After a failure, only the checks with a true `after_failure` go on, as far as nothing has failed that they need;
    after a syntax error, or a check that raises a JauntError, none. What a check makes of a candidate goes through the
    checks before it once more: where it breaks what they let pass, it does not count.
    """
    begin = time.perf_counter()
    # Off the event loop: a large candidate takes long to parse, and the other modules' answers are coming in.
    size = len(candidate) if isinstance(candidate, str) else 0
    try:
        errors = flaws(await in_background(validate_generated_source, candidate, list(expected_names), size=size))
        readable = not errors or not await in_background(compile_check, candidate, "", size=size)
    except ChildProcessError as error:
        errors, readable = [Flaw(f"cannot be parsed: {error}")], False
    except (OSError, MemoryError, RuntimeError) as error:
        return Examination(candidate, fault=_shortage("syntax", error))
    code = codes.CONFORMANCE if readable else codes.SYNTAX
    found = Examination(candidate, [each.coded(code) for each in errors], passed=int(not errors))
    if readable:
        found = await _put_through(found, checks)
    return replace(found, errors=told_once(found.errors), seconds=time.perf_counter() - begin)


async def _put_through(found: Examination, checks: Sequence[Check]) -> Examination:
    """Return what checks make of a candidate that can be parsed, added to what was found already."""
    source, errors, warnings, passed = found.source, found.errors, found.warnings, found.passed
    asked: list[Check] = []
    told: list[str] = []
    evidence: dict[str, dict[str, Any]] = {}
    failed: set[str] = set()  # the names of those that the source fails as it is now
    for check in checks:
        if errors and (not check.after_failure or not failed.isdisjoint(check.needs)):
            continue
        try:
            checked = as_checked(source, await check(source))
            if checked.source != source:
                checked, failed = await _without_damage(check, checked, source, asked, failed)
        except JauntError as fault:
            return Examination(source, errors, warnings, passed, fault)
        except (OSError, MemoryError, RuntimeError) as error:
            return Examination(source, errors, warnings, passed, _shortage(check.name, error))
        asked.append(check)
        failed |= {check.name} if checked.errors else set()
        source = checked.source
        errors = list(dict.fromkeys([*errors, *flaws(checked.errors)]))
        warnings, told = [*warnings, *checked.warnings], [*told, *checked.told]
        evidence = added(evidence, checked.evidence)
        passed += not errors
    return Examination(source, errors, warnings, passed, told=told, evidence=evidence)


def _shortage(check: str, error: Exception) -> JauntMachineError:
    """Return what a check could not do its work for; raises any other error."""
    if not is_machine_fault(error):
        raise error
    what = str(error) or "there is no memory left"
    return JauntMachineError(f"the {check} check could not do its work: {what}", hint="free some, then build again")


async def _without_damage(
    check: Check, checked: Checked, source: str, asked: Sequence[Check], failed: set[str]
) -> tuple[Checked, set[str]]:
    """Return what counts of a check that has rewritten `source`, and which of those asked before it fail then."""
    after = {each.name for each in asked if as_checked(checked.source, await each(checked.source)).errors}
    damaged = next((each.name for each in asked if each.name in after - failed), None)
    if damaged is None:
        return checked, after
    return Checked(source, [Flaw(f"{check.name}'s fixes break what passed the {damaged} checks")]), failed


def as_checked(source: str, result: Sequence[str] | Checked) -> Checked:
    """Return what a check made of `source`, whichever of the two forms it gave it in."""
    return result if isinstance(result, Checked) else Checked(source, result)
