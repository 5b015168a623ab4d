"""What one of the doctor's checks found."""

from typing import Literal

from jaunt.errors import JauntError
from jaunt.process.frozen import frozen

Level = Literal["ok", "warn", "fail"]


@frozen
class Finding:
    """What one check found; `hint` says what to do. A build works in spite of a "warn", but not of a "fail".

    `code` is one of `jaunt.codes`, "" where all is well.
    """

    level: Level
    subject: str
    text: str
    hint: str = ""
    code: str = ""


def failed(subject: str, error: JauntError) -> Finding:
    """Return what is told of an error that no build works in spite of."""
    return Finding("fail", subject, str(error), error.hint or "", error.code)
