# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=gatekeeper.durations
# jaunt:module_digest=sha256:5b9c4e3b7d6eeec4c5de6c066e27dc2033ecd93eca97316a306498c2554aa860

"""Durations: "1h30m" to seconds and back."""

import re

from gatekeeper.durations import UNITS, DurationError

_DURATION = re.compile("".join(f"(?:(?P<{unit}>[0-9]+){unit})?" for unit in UNITS))


def parse_duration(text: str) -> int:
    """Return the seconds that `text` stands for."""
    stripped = text.strip()
    match = _DURATION.fullmatch(stripped)
    if not stripped or match is None:
        raise DurationError(f"not a duration: {text!r} (like '1h30m')")
    return sum(int(match[unit] or 0) * seconds for unit, seconds in UNITS.items())


def format_duration(seconds: int) -> str:
    """Return `seconds` in the largest units that fit; "0s" for 0."""
    if seconds < 0:
        raise ValueError(f"a duration cannot be negative: {seconds}")
    parts: list[str] = []
    rest = seconds
    for unit, size in UNITS.items():
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
