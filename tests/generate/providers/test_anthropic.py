"""The provider `anthropic`: its own request and answer; what it shares with `openai` is tested there."""

import asyncio
import os
from collections.abc import Iterator

import pytest
from loopback import CONTEXT, KEY, KEY_VARIABLE, make, payload, serving

from jaunt.errors import JauntGenerationError
from jaunt.generate.model import ModelBackend, Usage
from jaunt.generate.providers.anthropic import DEFAULT_MAX_TOKENS

CODE = "def slugify(text):\n    return text\n"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A key in the environment, and nothing else there that the SDK or the HTTP client would look at."""
    for name in list(os.environ):
        if name.startswith("ANTHROPIC_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    yield KEY


def message(*blocks: object, stop_reason: str = "end_turn", **more: object) -> dict[str, object]:
    usage = {
        "input_tokens": 30,
        "output_tokens": 20,
        "cache_read_input_tokens": 60,
        "cache_creation_input_tokens": 10,
    }
    content = list(blocks) or [{"type": "text", "text": CODE}]
    return {"id": "1", "type": "message", "role": "assistant", "content": content,
            "stop_reason": stop_reason, "usage": usage, **more}  # fmt: skip


def generate(backend: ModelBackend) -> str:
    async def run() -> str:
        try:
            return await backend.generate_module(CONTEXT)
        finally:
            await backend.close()

    return asyncio.run(run())


def test_the_request_holds_model_limit_messages_and_key() -> None:
    with serving(payload(message())) as server:
        assert generate(make("anthropic", server)) == CODE
    (call,) = server.calls
    assert call.path == "/v1/messages"
    assert KEY in str(call.headers)
    assert (call.body["model"], call.body["max_tokens"]) == ("some-model", DEFAULT_MAX_TOKENS)
    (system,) = call.body["system"]
    assert "You write Python modules" in system["text"]
    assert system["cache_control"] == {"type": "ephemeral"}
    assert [each["role"] for each in call.body["messages"]] == ["user"]
    assert call.body.keys() == {"model", "max_tokens", "system", "messages", "stream"}


@pytest.mark.parametrize("limit", [500, 100_000])
def test_limit_and_temperature_are_sent_where_they_are_set(limit: int) -> None:
    with serving(payload(message())) as server:
        generate(make("anthropic", server, max_tokens=limit, temperature=0.5))
    assert (server.calls[0].body["max_tokens"], server.calls[0].body["temperature"]) == (limit, 0.5)


def test_address_and_token_are_never_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(payload(message())) as chosen, serving(payload(message())) as other:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", other.url)
        monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "another-token")
        generate(make("anthropic", chosen))
    assert (len(chosen.calls), len(other.calls)) == (1, 0)
    assert "another-token" not in str(chosen.calls[0].headers)


def test_the_answer_is_all_text_blocks_and_only_those() -> None:
    blocks = [
        {"type": "thinking", "thinking": "hmm", "signature": ""},
        {"type": "text", "text": "def slugify(text):\n"},
        {"type": "text", "text": "    return text\n"},
    ]
    with serving(payload(message(*blocks))) as server:
        assert generate(make("anthropic", server)) == CODE


def test_input_tokens_are_all_that_was_read_the_cached_ones_told_apart() -> None:
    with serving(payload(message())) as server:
        backend = make("anthropic", server)
        generate(backend)
    assert backend.usage == backend.usage_by_module["app.slug"] == Usage(100, 20, 60)


@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded"])
def test_an_answer_that_was_cut_off_says_where(reason: str) -> None:
    with serving(payload(message(stop_reason=reason))) as server:
        backend = make("anthropic", server)
        with pytest.raises(JauntGenerationError, match=r"app\.slug: the answer was cut off at 20 tokens"):
            generate(backend)
    assert (len(server.calls), backend.usage.output_tokens) == (1, 20)


def test_an_answer_without_text_says_why_the_model_stopped() -> None:
    silent = message({"type": "thinking", "thinking": "no"}, stop_reason="refusal")
    said = r"without any text \(it stopped for: refusal\)"
    with serving(payload(silent)) as server, pytest.raises(JauntGenerationError, match=said):
        generate(make("anthropic", server))


def test_a_server_that_has_too_much_to_do_is_asked_again() -> None:
    overloaded = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    with serving(payload(overloaded, 529), payload(message())) as server:
        assert generate(make("anthropic", server)) == CODE
    assert len(server.calls) == 2
