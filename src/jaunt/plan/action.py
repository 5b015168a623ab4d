"""What is done about a module: its code is kept, verified, generated anew, or a person is asked; decided here alone."""

from collections.abc import Iterable
from typing import Literal

from jaunt.plan.reasons import Reason, ReasonKind

Action = Literal["keep", "verify", "generate", "ask"]
"""Keep and verify cost no call: verified code is put through all checks again as it stands, and stays if it passes."""

Dependents = Literal["generate", "verify"]
"""What a changed contract of a dependency does to the modules above it: `[build] dependents`."""

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
    reasons: Iterable[Reason], *, edited: bool = False, accepted: bool = False, dependents: Dependents = "generate"
) -> Action:
    """Return what is to be done about code, by the reasons why it is not fresh.

    Code that a person edited or accepted is never generated. Of what was accepted, only its own contract's change asks
    for a decision.
    """
    reasons = tuple(reasons)
    kinds = {reason.kind for reason in reasons} - _OF_A_PERSON
    if not kinds:
        return "keep"
    if answers_contract(reasons) or ((accepted or dependents == "verify") and kinds <= BESIDE | _OF_DEPENDENCIES):
        return "verify"
    return "ask" if edited or accepted else "generate"


def answers_contract(reasons: Iterable[Reason]) -> bool:
    """Return whether code that is not fresh for these reasons answers today's contract all the same, to the letter."""
    return {reason.kind for reason in reasons} <= BESIDE | _OF_A_PERSON
