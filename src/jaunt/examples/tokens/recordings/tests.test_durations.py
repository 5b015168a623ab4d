# A recorded answer, replayed by jaunt.
# jaunt:kind=test
# jaunt:source_module=tests.test_durations
# jaunt:module_digest=sha256:e3e6e0e590f3d8b671b0ab7d6dcff424e85be15b7c7171ec4cd215f16d2af9b2

"""Tests of durations and clocks."""

import pytest

from gatekeeper.clock import ManualClock
from gatekeeper.durations import DurationError, format_duration, parse_duration

ARABIC_FIVE = "\N{ARABIC-INDIC DIGIT FIVE}"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45s", 45),
        ("90m", 5400),
        ("1h30m", 5400),
        ("1d", 86_400),
        ("1d2h3m4s", 93_784),
        ("0s", 0),
        ("007s", 7),
        (" 5m ", 300),
    ],
)
def test_durations_are_read(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", " ", "15", "m", "-5m", "1.5h", "1h 30m", "30m1h", "1m1m", "1H", "5w", ARABIC_FIVE + "s"],
)
def test_other_texts_are_no_durations(text: str) -> None:
    with pytest.raises(DurationError) as failure:
        parse_duration(text)
    assert isinstance(failure.value, ValueError)
    assert repr(text) in str(failure.value)


def test_written_durations_are_read_back() -> None:
    for seconds in (0, 1, 59, 60, 61, 3_599, 3_600, 86_399, 86_400, 90_061, 10**9):
        assert parse_duration(format_duration(seconds)) == seconds
    assert format_duration(90_061) == "1d1h1m1s"
    with pytest.raises(ValueError, match="negative"):
        format_duration(-1)


def test_a_manual_clock_moves_when_told() -> None:
    clock = ManualClock(10)
    assert clock() == clock() == 10
    clock.advance("1m")
    clock.advance(0.5)
    clock.advance(0)
    assert clock() == 70.5
    for by in (-1, "soon"):
        with pytest.raises(ValueError, match=str(by)):
            clock.advance(by)
    assert clock() == 70.5
