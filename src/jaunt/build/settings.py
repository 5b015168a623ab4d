"""What modules are built with: the backend, the checks, the store, the limits."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from jaunt.build.candidates.on_the_side import OnTheSide
from jaunt.build.eager.answers import FirstAnswers
from jaunt.build.failures import SameFailures
from jaunt.build.memory.history import History
from jaunt.build.proof import Proof
from jaunt.build.store import Store
from jaunt.config import PriceConfig
from jaunt.errors import JauntError, JauntSpecError
from jaunt.generate.base import GeneratorBackend
from jaunt.generate.check import Check, CheckFunction, as_check
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen


@frozen
class BuildSettings:
    """What every module of a run is built with.

    `author` is what headers say of who wrote the code: the provider and the model; "" says nothing. `checks_for` gives
    the checks, beyond syntax and required names, that a module's candidates have to pass.
    `proof` is asked before a module's first call whether that would be in vain, `failures` before each attempt.
    `gate` returns why a module must not be sent to the model at all, or None; `used_at_import`, after that, the modules
    that have to be built before it, as its import uses their code. `force` overwrites hand edits and asks the model
    anew; `read_store=False` only asks the model anew. Of a module in `chosen`, these specs alone are asked for. With
    `by_spec`, of a module some of whose specs have moved these alone are asked for, and the whole of it only after
    that, with `whole_module_fallback`; a call is for `max_specs_a_call` at most (None: any number). What passes is kept
    in `store`, and as a recording in the folder `record`; answers that came before their module's turn are in
    `answers`. `price` is what tokens cost. Each attempt asks for `candidates` answers at once; the last candidate of a
    module that fails is kept in the folder `rejected`, what answers say of the specs in `advisories`.
    What a module was before is kept in `history`; `others` takes the answers beside one that passed.
    `on_attempt` is called as a module's attempt begins, with the
    module, the attempt's number, and what was wrong with the one before; `on_wait` when a module waits for another
    build that is asking for the same, with the module; `on_fault` with what is wrong with the specs of a module that
    was not reached.
    """

    backend: GeneratorBackend
    author: str = ""
    checks_for: Callable[[ModuleWork], Sequence[Check]] | None = None
    gate: Callable[[str], Awaitable[JauntError | None]] | None = None
    proof: Proof | None = None
    failures: SameFailures | None = None
    used_at_import: Callable[[str], Sequence[str]] | None = None
    max_attempts: int = 2
    candidates: int = 1
    force: bool = False
    chosen: Mapping[str, Collection[str]] = field(default_factory=dict)
    by_spec: bool = False
    whole_module_fallback: bool = False
    max_specs_a_call: int | None = None
    store: Store | None = None
    read_store: bool = True
    answers: FirstAnswers | None = None
    record: Path | None = None
    price: PriceConfig | None = None
    rejected: Path | None = None
    advisories: Path | None = None
    history: History | None = None
    others: OnTheSide | None = None
    on_attempt: Callable[[str, int, Sequence[str]], None] | None = None
    on_wait: Callable[[str], None] | None = None
    on_fault: Callable[[str, JauntSpecError], None] | None = None

    @property
    def readable_store(self) -> Store | None:
        """The store, if its answers are wanted."""
        return self.store if self.read_store and not self.force else None


def library_settings(
    backend: GeneratorBackend, checks: Sequence[Check | CheckFunction], *, max_attempts: int, force: bool
) -> BuildSettings:
    """Return what the modules of a caller of the library are built with: all that it gives, and no more."""
    own = [as_check(check) for check in checks]
    return BuildSettings(backend, checks_for=lambda _: own, max_attempts=max_attempts, force=force)
