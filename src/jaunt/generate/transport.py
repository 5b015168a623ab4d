"""How a call gets to a provider: retries, waits that all jobs share, a time limit, no key in a message."""

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from jaunt.errors import JauntAuthenticationError, JauntGenerationError
from jaunt.process.frozen import frozen
from jaunt.text.lines import printable_line

T = TypeVar("T")

_SHORTEST_SECRET = 4
"""In characters: hiding a shorter text would only garble messages."""
_SHORTEST_KEY, _SHORTEST_PART = 16, 9
"""A part of this length, of a secret of that length or longer, is hidden as well."""


class Fault(Exception):
    """One try failed.

    `again`: another try may do better; `denied`: no call with this key can succeed; `retry_after` is for how
    many seconds the other side asked to be left alone. The text may still hold a key.
    """

    def __init__(
        self,
        text: str,
        *,
        again: bool = False,
        denied: bool = False,
        retry_after: float | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(text)
        self.again = again
        self.denied = denied
        self.retry_after = retry_after
        self.hint = hint


@frozen
class Policy:
    """How patient a call is. Times are in seconds; `timeout` covers a call with all its tries and waits.

    The first wait takes `base_delay`, more or less by half, each further one twice as long. A wait that the
    other side asks for is obeyed up to `longest_wait`.
    """

    timeout: float = 600.0
    tries: int = 3
    base_delay: float = 1.0
    longest_wait: float = 60.0


class Transport:
    """Carries all calls of one backend; `name` is who is called, `secrets` are hidden in every message."""

    def __init__(self, name: str, policy: Policy, *, secrets: Sequence[str] = ()) -> None:
        self._name = name
        self._policy = policy
        self._secrets = secrets
        self._not_before = 0.0  # on the clock of time.monotonic
        self._denied: Fault | None = None
        self._sleeping: set[asyncio.Future[None]] = set()

    async def send(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return what `call` returns; it raises Fault where a try fails, and is called anew for each try.

        Raises JauntGenerationError when there is no try left, or no time, or another try would not help;
        JauntAuthenticationError when a key is refused, and from then on for every call, at once.
        """
        policy, fault, tries = self._policy, None, 0
        deadline = time.monotonic() + policy.timeout
        earliest = 0.0
        try:
            async with asyncio.timeout(policy.timeout):
                while tries < policy.tries:
                    await self._wait_until(earliest)
                    if self._denied:
                        break
                    tries += 1
                    try:
                        return await call()
                    except Fault as error:
                        fault = error
                    self._note(fault)
                    earliest = time.monotonic() + policy.base_delay * 2 ** (tries - 1) * random.uniform(0.5, 1.5)
                    if not fault.again or max(earliest, self._not_before) > deadline:
                        break
        except TimeoutError:
            fault = self._out_of_time(fault)
        # Raised out here, so that the error has no context: an SDK's exception may hold the key.
        raise self._error(fault, tries)

    def _note(self, fault: Fault) -> None:
        """Let the other calls know what a try has shown."""
        if fault.denied:
            self._denied = fault
            for sleeper in self._sleeping:
                if not sleeper.done():
                    sleeper.set_result(None)
        if fault.retry_after is not None:
            wait = min(fault.retry_after, self._policy.longest_wait)
            self._not_before = max(self._not_before, time.monotonic() + wait)

    async def _wait_until(self, earliest: float) -> None:
        """Wait for `earliest`, and for what all calls were asked to wait for; not once a key is refused."""
        while not self._denied:
            now = time.monotonic()
            if max(earliest, self._not_before) <= now:
                return
            # Those who wait for the same moment don't start in the same moment.
            spread = random.uniform(0, self._policy.base_delay) if self._not_before > max(now, earliest) else 0.0
            wake = asyncio.get_running_loop().create_future()
            self._sleeping.add(wake)
            try:
                await asyncio.wait([wake], timeout=max(earliest, self._not_before) - now + spread)
            finally:
                self._sleeping.discard(wake)

    def _out_of_time(self, last: Fault | None) -> Fault:
        before = f"; before that: {last}" if last else ""
        text = f"no answer within {self._policy.timeout:g} s{before}"
        return Fault(text, hint="raise timeout in [llm], lower parallel there, or split the module")

    def _error(self, fault: Fault | None, tries: int) -> JauntGenerationError:
        if self._denied:  # the same words for every module: they are printed once
            return JauntAuthenticationError(self._clean(self._denied), hint=self._denied.hint)
        assert fault is not None
        count = f" (tried {tries} times)" if tries > 1 else ""
        return JauntGenerationError(f"{self._clean(fault)}{count}", hint=fault.hint)

    def _clean(self, fault: Fault) -> str:
        return f"{self._name}: {printable_line(scrub(str(fault), self._secrets))}"


def scrub(text: str, secrets: Sequence[str]) -> str:
    """Return a text with every secret in it replaced, and every long part of one: some servers echo half a key."""
    hidden = [False] * len(text)
    for secret in secrets:
        if len(secret) < _SHORTEST_SECRET:
            continue
        size = len(secret) if len(secret) < _SHORTEST_KEY else _SHORTEST_PART
        parts = {secret[start : start + size] for start in range(len(secret) - size + 1)}
        for start in range(len(text) - size + 1):
            if text[start : start + size] in parts:
                hidden[start : start + size] = [True] * size
    runs = groupby(zip(text, hidden, strict=True), key=itemgetter(1))
    return "".join("[hidden]" if is_secret else "".join(each for each, _ in run) for is_secret, run in runs)


def parse_retry_after(value: str | None) -> float | None:
    """Return the seconds to wait that a Retry-After header asks for; it is a number of seconds, or a date."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = max(0.0, (date - datetime.now(UTC)).total_seconds())
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
