"""What one of the doctor's checks found."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """What one check found; `hint` says what to do. A build works in spite of a "warn", but not of a "fail"."""

    level: Level
    subject: str
    text: str
    hint: str = ""
