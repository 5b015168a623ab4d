"""A job: one module's work, what it waits for and what came of it; pure, no engine."""

import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from jaunt.errors import JauntError, JauntSpecError
from jaunt.header import Kind
from jaunt.text.coded import with_code

Status = Literal["generated", "verified", "fresh", "failed", "interrupted"]
"""Verified: the code that was there has passed all checks; fresh: there was nothing to be done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one job.

    `errors` says, one text each, why it failed; `seconds` is wall time; `attempts` counts the model's
    answers; `path` is the file that was written or found. `cause` is the exception behind a failure,
    kept for those who want its traceback. "interrupted": the run was stopped while the job was under way.
    """

    status: Status
    errors: tuple[str, ...] = ()
    seconds: float = 0.0
    attempts: int = 0
    path: Path | None = None
    warnings: tuple[str, ...] = ()
    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    """Part of `input_tokens`."""
    estimated: bool = False
    """Whether the tokens are an estimate, in part at least."""
    cost: float | None = None
    """What the tokens cost, where prices are configured."""
    model_seconds: float = 0.0
    check_seconds: float = 0.0
    write_seconds: float = 0.0
    """Parts of `seconds`."""
    failed_dependencies: tuple[str, ...] = ()
    """The modules that kept it from being tried, as they failed."""
    origin: str = ""
    """Where the code came from: "model", "store", or "kept": an answer that an earlier run had no turn for.

    "judge": a model was asked whether it may stay.
    """
    advisories: tuple[str, ...] = ()
    """What the model had to say of the specs, besides its code."""
    evidence: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the checks have shown of the code that landed: a spec's name -> what was tried -> what came of it."""
    cause: BaseException | None = field(default=None, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Whether the module has code that answers its contract."""
        return self.status in ("generated", "verified", "fresh")


RunFunction = Callable[[], Coroutine[Any, Any, Outcome]]
"""Makes the coroutine that does a job's work, anew at each call."""


async def settle(run: RunFunction) -> Outcome:
    """Run a job's coroutine to its end; whatever it raises becomes a failed outcome."""
    begin = time.perf_counter()
    try:
        outcome = await run()
        if not isinstance(outcome, Outcome):
            raise TypeError(f"the job returned {outcome!r}, not an Outcome")
        return outcome
    except BaseException as error:  # noqa: BLE001 - the engine's boundary: what escapes here would hang doit
        return failure(error, seconds=time.perf_counter() - begin)


def failure(error: BaseException, seconds: float = 0.0) -> Outcome:
    """Return the outcome of a job that raised `error` after `seconds`."""
    return Outcome("failed", errors=tuple(error_texts(error)), seconds=seconds, cause=error)


def error_texts(error: BaseException) -> Iterator[str]:
    """Yield what to tell a person of an error, one text for each part of a group, with the codes of the errors."""
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from error_texts(part)
    elif isinstance(error, JauntSpecError):
        yield from (with_code(fault, error) for fault in error.faults)
    elif isinstance(error, JauntError):
        yield with_code(f"{error} ({error.hint})" if error.hint else str(error), error)
    else:
        yield ": ".join(filter(None, [type(error).__name__, str(error)]))


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One module's work in a run.

    `name` is made by `job_name`, and unique in the run; `deps` are the names of the jobs it waits for (a name that is
    not in the run counts as done); `cost` is the time it is expected to take, in seconds, 0 or more.
    """

    name: str
    run: RunFunction
    deps: frozenset[str] = frozenset()
    cost: float = 1.0

    @property
    def kind(self) -> Kind:
        """The kind of the module."""
        return "test" if self.name.startswith("test:") else "build"

    @property
    def module(self) -> str:
        """The module's name."""
        return self.name.partition(":")[2]


def ask_name(module: str) -> str:
    """Return the name of the job, or of doit's task, that makes a module's first request before its turn."""
    return f"ask:{module}"


def job_name(kind: Kind, module: str) -> str:
    """Return the name that a module's job has in the engine, and its task in doit: `build:app.slug`."""
    return f"{kind}:{module}"


Event = Literal["started", "finished"]

Listener = Callable[[Event, Job, Outcome | None], None]
"""Called as a job starts, without an outcome, and when it has finished, with one."""
