"""What a check on candidates is, and how one candidate is put through several."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from jaunt.errors import JauntError
from jaunt.process.background import in_background
from jaunt.validation import compile_check, validate_generated_source


@dataclass(frozen=True)
class Checked:
    """What a check makes of a candidate: its source, perhaps rewritten by a formatter, and its errors.

    `warnings` keep a candidate from nothing.
    """

    source: str
    errors: Sequence[str] = ()
    warnings: Sequence[str] = ()


@runtime_checkable
class Check(Protocol):
    """Says what is wrong with one module's candidates."""

    @property
    def name(self) -> str:
        """What it is called in [verify] and in reports."""

    @property
    def after_failure(self) -> bool:
        """Whether it also looks at candidates that an earlier check found wrong."""

    async def __call__(self, source: str, /) -> Sequence[str] | Checked:
        """Return what is wrong with a candidate, one string an error, or a `Checked`.

        Raises a JauntError where that can't be found out, whatever the candidate is.
        """


CheckFunction = Callable[[str], Awaitable[Sequence[str] | Checked]]
"""What callers of the library may give for a check: a function with the signature of `Check.__call__`."""


@dataclass(frozen=True)
class FunctionCheck:
    """A function as a check."""

    function: CheckFunction
    name: str = "check"
    after_failure: bool = False

    async def __call__(self, source: str) -> Sequence[str] | Checked:
        return await self.function(source)


def as_check(check: Check | CheckFunction) -> Check:
    """Return a check, or the one that a function stands for; a true attribute `after_failure` of it counts."""
    if isinstance(check, Check):
        return check
    name = getattr(check, "__name__", FunctionCheck.name)
    return FunctionCheck(check, name, bool(getattr(check, "after_failure", False)))


@dataclass(frozen=True)
class Examination:
    """What all checks made of a candidate; `passed` is how many it passed before the first that it failed.

    `fault` is why a check could not say anything; the checks after it have not been asked then.
    """

    source: str
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    passed: int = 0
    fault: JauntError | None = None

    @property
    def ok(self) -> bool:
        """Whether the candidate has passed everything."""
        return not self.errors and self.fault is None

    @property
    def rank(self) -> tuple[int, int]:
        """How far the candidate got: the greater, the further."""
        return self.passed, -len(self.errors)


async def check_candidate(candidate: str, expected_names: Sequence[str], checks: Sequence[Check] = ()) -> Examination:
    """Put a candidate through syntax, required names and then `checks`, in order.

    After a failure, only the checks with a true `after_failure` go on; after a syntax error, or a check that raises,
    none.
    """
    # Off the event loop: a large candidate takes long to parse, and the other modules' answers are coming in.
    size = len(candidate) if isinstance(candidate, str) else 0
    try:
        errors = await in_background(validate_generated_source, candidate, list(expected_names), size=size)
        readable = not errors or not await in_background(compile_check, candidate, "", size=size)
    except ChildProcessError as error:
        errors, readable = [f"cannot be parsed: {error}"], False
    if not readable:
        return Examination(candidate, errors)
    source, warnings, passed = candidate, list[str](), int(not errors)
    for check in checks:
        if errors and not check.after_failure:
            continue
        try:
            result = await check(source)
        except JauntError as fault:
            return Examination(source, errors, warnings, passed, fault)
        checked = result if isinstance(result, Checked) else Checked(source, result)
        source = checked.source
        errors = list(dict.fromkeys([*errors, *checked.errors]))
        warnings += checked.warnings
        passed += not errors
    return Examination(source, errors, warnings, passed)
