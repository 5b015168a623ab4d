"""Test specs for durations and clocks."""

import jaunt

from gatekeeper.clock import ManualClock
from gatekeeper.durations import format_duration, parse_duration


@jaunt.test(deps=[parse_duration])
def test_durations_are_read(text: str, seconds: int) -> None:
    """Assert parse_duration(text) == seconds. Parametrize over "45s", "90m", "1h30m", "1d", "1d2h3m4s", "0s",
    "007s" and " 5m ".
    """
    ...


@jaunt.test(deps=[parse_duration])
def test_other_texts_are_no_durations(text: str) -> None:
    """Assert parse_duration(text) raises DurationError, which is a ValueError, and quotes the text.

    Parametrize over: nothing, a blank, "15", "m", "-5m", "1.5h", "1h 30m", "30m1h", "1m1m", "1H", "5w" and
    an Arabic-Indic digit with "s".
    """
    ...


@jaunt.test(deps=[parse_duration, format_duration])
def test_written_durations_are_read_back() -> None:
    """For 0, 1, 59, 60, 61, 3599, 3600, 86399, 86400, 90061 and 10**9 seconds, parse_duration of
    format_duration gives the same number; 90061 is written "1d1h1m1s"; -1 raises ValueError.
    """
    ...


@jaunt.test(deps=[ManualClock])
def test_a_manual_clock_moves_when_told() -> None:
    """Assert a clock started at 10 shows 10 twice, 70.5 after advancing by "1m" and 0.5, and the same after
    advancing by 0; advancing by -1 or by "soon" raises ValueError and leaves it where it is.
    """
    ...
