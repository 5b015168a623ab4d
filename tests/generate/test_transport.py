"""Retries, waits that all calls share, the time limit, and what is hidden in messages."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jaunt.errors import JauntAuthenticationError, JauntGenerationError
from jaunt.generate.transport import Fault, Policy, Transport, parse_retry_after, scrub
from jaunt.text.lines import printable_line

QUICK = Policy(timeout=20.0, base_delay=0.01)
BUSY = Fault("busy", again=True)
DENIED = Fault("401 wrong key", denied=True, hint="check the key")


class Calls:
    """A call that fails with each of `faults` in turn, then succeeds; `at` holds when it was made."""

    def __init__(self, *faults: Fault) -> None:
        self.at: list[float] = []
        self._faults = list(faults)

    async def __call__(self) -> str:
        self.at.append(time.monotonic())
        if self._faults:
            raise self._faults.pop(0)
        return "done"


def send(call: Callable[[], Awaitable[str]], policy: Policy = QUICK, secrets: tuple[str, ...] = ()) -> str:
    return asyncio.run(Transport("somewhere", policy, secrets=secrets).send(call))


def failure(
    call: Callable[[], Awaitable[str]], policy: Policy = QUICK, secrets: tuple[str, ...] = ()
) -> JauntGenerationError:
    with pytest.raises(JauntGenerationError) as caught:
        send(call, policy, secrets)
    return caught.value


# Tries


@pytest.mark.parametrize("faults", [0, 1, 2])
def test_a_call_is_made_again_until_it_succeeds(faults: int) -> None:
    calls = Calls(*[BUSY] * faults)
    assert send(calls) == "done"
    assert len(calls.at) == faults + 1


def test_after_three_tries_the_last_fault_is_the_error() -> None:
    calls = Calls(BUSY, BUSY, Fault("still busy", again=True, hint="come back"), BUSY)
    error = failure(calls)
    assert (error.message, error.hint) == ("somewhere: still busy (tried 3 times)", "come back")
    assert len(calls.at) == 3


def test_what_will_not_get_better_is_not_tried_again() -> None:
    calls = Calls(Fault("400 no such model"))
    assert failure(calls).message == "somewhere: 400 no such model"
    assert len(calls.at) == 1


def test_each_wait_is_about_twice_as_long_as_the_one_before() -> None:
    calls = Calls(BUSY, BUSY)
    send(calls, Policy(base_delay=0.1))
    first, second = calls.at[1] - calls.at[0], calls.at[2] - calls.at[1]
    assert first >= 0.05
    assert second >= 0.1


def test_an_exception_that_is_no_fault_is_not_tried_again() -> None:
    async def call() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        send(call)


# Waits that are asked for


def test_a_wait_that_is_asked_for_holds_for_every_call_of_the_backend() -> None:
    async def scenario() -> tuple[list[float], list[float]]:
        transport = Transport("somewhere", QUICK)
        refused = asyncio.Event()
        first, second = Calls(Fault("429", again=True, retry_after=0.3)), Calls()

        async def tell() -> str:
            try:
                return await first()
            finally:
                refused.set()

        waiting = asyncio.create_task(transport.send(tell))
        await refused.wait()
        await asyncio.gather(waiting, transport.send(second))
        return first.at, second.at

    first, second = asyncio.run(scenario())
    assert first[1] - first[0] >= 0.3
    assert second[0] - first[0] >= 0.3


def test_a_longer_wait_is_cut_to_the_longest_that_is_obeyed() -> None:
    calls = Calls(Fault("429", again=True, retry_after=3600))
    begin = time.monotonic()
    assert send(calls, Policy(timeout=20, base_delay=0.01, longest_wait=0.2)) == "done"
    assert 0.2 <= time.monotonic() - begin < 15


def test_a_wait_beyond_the_time_limit_is_not_begun() -> None:
    calls = Calls(Fault("429 slow down", again=True, retry_after=50))
    begin = time.monotonic()
    assert failure(calls, Policy(timeout=40)).message == "somewhere: 429 slow down"
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0), ("7", 7), ("1.5", 1.5), *((value, None) for value in (None, "", "soon", "-1", "nan", "inf"))],
)
def test_retry_after_in_seconds(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value) == seconds


def test_retry_after_as_a_date() -> None:
    seconds = parse_retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True))
    assert seconds is not None
    assert 25 < seconds <= 30
    assert parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert parse_retry_after("Wed, 21 Oct 2015 07:28:00") == 0


@example("Mon, 01 Jan 99999999999999999999 00:00:00 GMT")
@example("Mon, 01 Jan 2020 00:00:00 +99999999999999999999")
@given(st.text())
def test_no_retry_after_header_breaks_anything(value: str) -> None:
    seconds = parse_retry_after(value)
    assert seconds is None or 0 <= seconds < float("inf")


# The time limit


def test_a_call_that_does_not_come_back_is_given_up_at_the_time_limit() -> None:
    async def hang() -> str:
        await asyncio.Event().wait()
        return "never"

    error = failure(hang, Policy(timeout=0.1))
    assert error.message == "somewhere: no answer within 0.1 s"
    assert "timeout" in (error.hint or "")


def test_the_time_limit_covers_all_tries_and_tells_what_went_before() -> None:
    tries = 0

    async def busy_then_hang() -> str:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise Fault("503 overloaded", again=True)
        await asyncio.Event().wait()
        return "never"

    error = failure(busy_then_hang, Policy(timeout=0.3, base_delay=0.01))
    assert error.message == "somewhere: no answer within 0.3 s; before that: 503 overloaded (tried 2 times)"


# A refused key


def test_a_refused_key_fails_every_later_call_in_the_same_words_without_a_try() -> None:
    async def scenario() -> tuple[list[str], int]:
        transport = Transport("somewhere", QUICK)
        later = Calls()
        words = []
        for call in (Calls(DENIED), later, later):
            with pytest.raises(JauntAuthenticationError) as caught:
                await transport.send(call)
            words.append(f"{caught.value.message} ({caught.value.hint})")
        return words, len(later.at)

    assert asyncio.run(scenario()) == (["somewhere: 401 wrong key (check the key)"] * 3, 0)


def test_a_refused_key_ends_the_waits_of_the_others() -> None:
    async def scenario() -> tuple[list[str], list[int]]:
        transport = Transport("somewhere", Policy(timeout=500))
        under_way, answer = asyncio.Event(), asyncio.Event()

        async def late_refusal() -> str:
            under_way.set()
            await answer.wait()
            raise DENIED

        refused = asyncio.create_task(transport.send(late_refusal))
        await under_way.wait()
        others = [Calls(Fault("429", again=True, retry_after=50)), Calls()]
        waiting = [asyncio.create_task(transport.send(call)) for call in others]
        await asyncio.sleep(0)  # lets both of them run until they wait
        assert len(others[0].at) == 1
        answer.set()
        results = await asyncio.wait_for(asyncio.gather(refused, *waiting, return_exceptions=True), 20)
        return [str(result) for result in results], [len(call.at) for call in others]

    assert asyncio.run(scenario()) == (["somewhere: 401 wrong key"] * 3, [1, 0])


def test_one_transport_serves_event_loops_one_after_the_other() -> None:
    transport = Transport("somewhere", QUICK)
    for _ in range(2):
        assert asyncio.run(transport.send(Calls(BUSY))) == "done"


# What is said


def test_no_secret_is_in_an_error_or_in_what_hangs_on_it() -> None:
    async def call() -> str:
        try:
            raise RuntimeError("sent: Bearer sk-secret")
        except RuntimeError as error:
            raise Fault(f"400\nfor {error}") from error

    error = failure(call, secrets=("sk-secret",))
    assert error.message == "somewhere: 400 for sent: Bearer [hidden]"
    assert (error.__cause__, error.__context__) == (None, None)


def test_a_secret_that_holds_another_is_hidden_whole() -> None:
    assert scrub("abcdefgh abcd", ["abcd", "abcdefgh"]) == "[hidden] [hidden]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Incorrect API key: sk-test-1234567", "Incorrect API key: [hidden]"),  # the first 15 of 29 characters
        ("the key ends in 90abcdefghij", "the key ends in [hidden]"),
        ("sk-test-12*****90abcdefghij", "[hidden]*****[hidden]"),
        ("got 'test-1234567890abc' of you", "got '[hidden]' of you"),
        ("keys begin with sk-test-", "keys begin with sk-test-"),  # eight characters are no secret yet
        ("nothing of it", "nothing of it"),
    ],
)
def test_a_long_part_of_a_key_is_hidden(text: str, shown: str) -> None:
    assert scrub(text, ["sk-test-1234567890abcdefghijk"]) == shown


def test_an_empty_secret_hides_nothing() -> None:
    assert scrub("a b", ["", "a"]) == "a b"


def test_a_message_is_one_line_of_limited_length() -> None:
    assert printable_line("a\n\x1b[1m b\tc") == "a [1m b c"
    assert len(printable_line("x" * 1000)) == 300
