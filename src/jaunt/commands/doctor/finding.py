"""What one of the doctor's checks found."""

from typing import Literal

from jaunt.process.frozen import frozen

Level = Literal["ok", "warn", "fail"]


@frozen
class Finding:
    """What one check found; `hint` says what to do. A build works in spite of a "warn", but not of a "fail"."""

    level: Level
    subject: str
    text: str
    hint: str = ""
