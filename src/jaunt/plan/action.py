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


def decide(reasons: Iterable[Reason], *, is_persons: bool, dependents: Dependents = "generate") -> Action:
    """Return what is to be done about code, by the reasons why it is not fresh.

    Code that is a person's, edited or accepted, is never generated: there, only its own contract's change asks for a
    decision.
    """
    kinds = {reason.kind for reason in reasons} - _OF_A_PERSON
    if not kinds:
        return "keep"
    may_stand = BESIDE | _OF_DEPENDENCIES if is_persons or dependents == "verify" else BESIDE
    if kinds <= may_stand:
        return "verify"
    return "ask" if is_persons else "generate"
