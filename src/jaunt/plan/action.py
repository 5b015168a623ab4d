"""What is done about a module: its code is kept, verified, judged, generated anew, or a person is asked.

It is decided here alone.
"""

from collections.abc import Iterable
from typing import Literal

from jaunt.plan.reasons import Reason, ReasonKind

Action = Literal["keep", "verify", "judge", "generate", "ask"]
"""Keep and verify cost no call: verified code is put through all checks again as it stands, and stays if it passes.

Judged code is verified, and the model asked in one short question whether it answers the reworded contract.
"""

Dependents = Literal["generate", "verify"]
"""What a changed contract of a dependency does to the modules above it: `[build] dependents`."""

Reworded = Literal["generate", "ask"]
"""What is done where no more than the words of a contract moved: `[build] reworded`."""

_OF_A_PERSON = frozenset({ReasonKind.EDITED, ReasonKind.ACCEPTED})

BESIDE = frozenset(
    {
        ReasonKind.USED_CHANGED,
        ReasonKind.HANDWRITTEN_CHANGED,
        ReasonKind.DEPENDENCY_STALE,
        ReasonKind.DEPENDENCY_REBUILT,
    }
)
"""What code was checked against has moved, not what it has to answer."""

_OF_DEPENDENCIES = frozenset(
    {ReasonKind.DEPENDENCY_ADDED, ReasonKind.DEPENDENCY_REMOVED, ReasonKind.DEPENDENCY_CHANGED}
)


def decide(
    reasons: Iterable[Reason],
    *,
    edited: bool = False,
    accepted: bool = False,
    dependents: Dependents = "generate",
    reworded: Reworded = "generate",
) -> Action:
    """Return what is to be done about code, by the reasons why it is not fresh.

    Code that a person edited or accepted is never generated. Of what was accepted, only its own contract's change asks
    for a decision.
    """
    reasons = tuple(reasons)
    kinds = {reason.kind for reason in reasons} - _OF_A_PERSON
    if not kinds:
        return "keep"
    free = BESIDE | _OF_DEPENDENCIES if accepted or dependents == "verify" else BESIDE
    if kinds <= free:
        return "verify"
    if edited or accepted:
        return "ask"
    own = [reason for reason in reasons if reason.kind not in free]
    return "judge" if reworded == "ask" and all(reason.is_reworded for reason in own) else "generate"


def answers_contract(reasons: Iterable[Reason]) -> bool:
    """Return whether code that is not fresh for these reasons answers today's contract all the same, to the letter."""
    return {reason.kind for reason in reasons} <= BESIDE | _OF_A_PERSON
