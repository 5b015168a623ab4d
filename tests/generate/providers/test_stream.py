"""Answers that come in pieces, and how many calls are open at a time, over real HTTP."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from loopback import (
    CONTEXT,
    KEY,
    KEY_VARIABLE,
    Crowd,
    Exchange,
    error,
    events,
    make,
    payload,
    serving,
)

from jaunt.errors import JauntGenerationError
from jaunt.generate.answer.advisories import with_advisories
from jaunt.generate.model import ModelBackend
from jaunt.generate.transport import Policy

CODE = 'def slugify(text: str) -> str:\n    return "-".join(text.split())\n'
FENCED = f"```python\n{CODE}```"
both = pytest.mark.parametrize("provider", ["openai", "anthropic"])


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    yield


def pieces(provider: str, *texts: str, reason: str = "", done: bool = True) -> list[Any]:
    """Return the events of an answer: 70 tokens in, 30 of them cached, and 12 out."""
    if provider == "anthropic":
        usage = {"input_tokens": 40, "cache_read_input_tokens": 30, "output_tokens": 1}
        last = {"type": "message_delta", "delta": {"stop_reason": reason or "end_turn"}, "usage": {"output_tokens": 12}}
        return [
            {"type": "message_start", "message": {"usage": usage}},
            {"type": "content_block_start", "content_block": {"type": "text", "text": ""}},
            *({"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}} for text in texts),
            *([last, {"type": "message_stop"}] if done else []),
        ]
    usage = {"prompt_tokens": 70, "completion_tokens": 12, "prompt_tokens_details": {"cached_tokens": 30}}
    return [
        {"choices": [{"delta": {"role": "assistant", "content": ""}, "finish_reason": None}], "usage": None},
        *({"choices": [{"delta": {"content": text}, "finish_reason": None}]} for text in texts),
        *([{"choices": [{"delta": {}, "finish_reason": reason or "stop"}]}] if done else []),
        *([{"choices": [], "usage": usage}, "[DONE]"] if done else []),
    ]


def generate(backend: ModelBackend, times: int = 1) -> list[str]:
    """Return what the backend answers to a module that is asked for several times at once."""

    async def run() -> list[str]:
        try:
            return await asyncio.gather(*(backend.generate_module(CONTEXT) for _ in range(times)))
        finally:
            await backend.close()

    return asyncio.run(run())


@both
def test_an_answer_in_pieces_is_the_answer_and_its_cost_is_known(provider: str) -> None:
    with serving(events(*pieces(provider, "```py", "thon\n", CODE[:9], CODE[9:], "``", "`", "\n"))) as server:
        backend = make(provider, server)
        assert generate(backend) == [CODE]
    assert server.calls[0].body["stream"] is True
    usage = backend.usage
    assert (usage.input_tokens, usage.cached_input_tokens, usage.output_tokens) == (70, 30, 12)
    assert not usage.estimated


@both
def test_a_call_ends_at_the_first_word_after_the_code(provider: str) -> None:
    heard = threading.Event()

    def pause(number: int) -> None:
        if number == 40:  # long after the first words: the client has gone, or the test ends in a failure
            heard.wait(timeout=20)

    said = pieces(provider, FENCED, "\n\n", *["And so on. " for _ in range(60)])
    with serving(events(*said, pause=pause)) as server:
        backend = make(provider, server)
        assert generate(backend) == [CODE]
        heard.set()
    assert backend.usage.estimated
    assert 0 < backend.usage.output_tokens < 60


@both
@pytest.mark.parametrize(
    "texts",
    [
        ["<think>\n```python\ndef slugify(t): ...\n```\n", "no, that is wrong\n</think>\n", FENCED],
        ["x" * 500, "\n```python\ndef slugify(t):\n    return 1\n```\n", "no, rather\n", FENCED],
        ["```text\nslugify joins words\n```\n", "So:\n", FENCED],
        ["```python\ndef helper():\n    return 1\n```\n", "and\n", FENCED],
    ],
)
def test_an_answer_goes_on_as_long_as_its_code_may_be_to_come(provider: str, texts: list[str]) -> None:
    with serving(events(*pieces(provider, *texts))) as server:
        (code,) = generate(make(provider, server))
    assert "split()" in code


@both
@pytest.mark.parametrize("texts", [["\n\n# ADVISORIES\n# - Why?\n"], ["\n", "# ", "ADV", "ISORIES\n", "# - Why?"]])
def test_advisories_below_the_code_are_waited_for(provider: str, texts: list[str]) -> None:
    with serving(events(*pieces(provider, FENCED, *texts))) as server:
        backend = make(provider, server)
        assert generate(backend) == [with_advisories(CODE, ("Why?",))]
    assert not backend.usage.estimated


@both
def test_an_answer_that_breaks_off_is_asked_for_again(provider: str) -> None:
    broken = events(*pieces(provider, "```python\n", CODE, done=False))
    with serving(broken, events(*pieces(provider, FENCED))) as server:
        assert generate(make(provider, server)) == [CODE]
    assert len(server.calls) == 2


@both
def test_an_error_among_the_pieces_is_told_in_its_words(provider: str) -> None:
    said = [*pieces(provider, "```python\n", done=False), {"type": "error", "error": {"message": "overloaded, sorry"}}]
    with serving(events(*said)) as server, pytest.raises(JauntGenerationError, match="overloaded, sorry"):
        generate(make(provider, server))
    assert len(server.calls) == 3


@both
@pytest.mark.parametrize(
    "event", ["{", "[1]", '"text"', "{}", '{"choices": 5}', '{"choices": [{"delta": {"content": 5}}]}']
)
def test_pieces_of_another_form_end_the_call_with_one_line(provider: str, event: str) -> None:
    with serving(events(event)) as server, pytest.raises(JauntGenerationError) as caught:
        generate(make(provider, server))
    assert "\n" not in caught.value.message


@both
def test_an_answer_in_pieces_that_was_cut_off_says_so(provider: str) -> None:
    reason = "max_tokens" if provider == "anthropic" else "length"
    cut = events(*pieces(provider, "```python\n", CODE, reason=reason))
    with serving(cut) as server, pytest.raises(JauntGenerationError, match="cut off at 12 tokens"):
        generate(make(provider, server))


@both
def test_a_server_that_knows_no_streams_is_asked_without_and_remembered(provider: str) -> None:
    whole = {
        "openai": {"choices": [{"message": {"content": CODE}, "finish_reason": "stop"}]},
        "anthropic": {"content": [{"type": "text", "text": CODE}], "stop_reason": "end_turn"},
    }
    with serving(error(400, "unknown field: stream_options"), payload(whole[provider])) as server:
        assert generate(make(provider, server, parallel=1), times=2) == [CODE, CODE]
    assert ["stream" in call.body for call in server.calls] == [True, False, False]


@both
def test_a_project_may_have_its_answers_whole(provider: str) -> None:
    whole = {"choices": [{"message": {"content": CODE}}], "content": [{"type": "text", "text": CODE}]}
    with serving(payload(whole)) as server:
        assert generate(make(provider, server, stream=False)) == [CODE]
    assert "stream" not in server.calls[0].body


class OneAtATime:
    """A server with one slot: notes whether two requests were ever there at once."""

    def __init__(self, provider: str) -> None:
        self._lock = threading.Lock()
        self._answer = events(*pieces(provider, FENCED))
        self.crowded = False

    def __call__(self, exchange: Exchange) -> None:
        if not self._lock.acquire(blocking=False):
            self.crowded = True
            self._lock.acquire()
        try:
            threading.Event().wait(0.02)  # the time that a model takes
        finally:
            self._lock.release()
        self._answer(exchange)


@both
def test_a_server_on_this_machine_gets_one_call_at_a_time(provider: str) -> None:
    slot = OneAtATime(provider)
    with serving(slot) as server:
        assert generate(make(provider, server), times=8) == [CODE] * 8
    assert not slot.crowded


@both
def test_a_server_that_can_do_more_gets_as_many_as_it_is_said_to_take(provider: str) -> None:
    with serving(Crowd(4, events(*pieces(provider, FENCED)))) as server:
        assert generate(make(provider, server, parallel=4), times=8) == [CODE] * 8


def test_the_time_of_a_call_counts_from_when_the_server_has_it() -> None:
    """Eight calls of 0.2 s each, one after the other, with a limit of one second for each."""

    def pause(number: int) -> None:
        if number == 0:
            threading.Event().wait(0.2)  # the time that a model takes

    with serving(events(*pieces("openai", FENCED), pause=pause)) as server:
        assert generate(make("openai", server, Policy(timeout=1.0, tries=1)), times=8) == [CODE] * 8
