"""The provider `openai`, and what it has in common with `anthropic`: the real SDKs against real servers."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from folders import SUPPORT
from loopback import (
    CONTEXT,
    KEY,
    KEY_VARIABLE,
    REQUEST,
    Crowd,
    Reply,
    cut_short,
    error,
    flood,
    llm_config,
    make,
    payload,
    redirect,
    reset,
    serving,
    trickle,
)
from processes import python_path

from jaunt.config import JauntConfig, LLMConfig, PriceConfig, load_config
from jaunt.errors import JauntAuthenticationError, JauntConfigError, JauntGenerationError
from jaunt.generate.judge import judge_messages
from jaunt.generate.model import ModelBackend, Usage
from jaunt.generate.providers import openai
from jaunt.generate.providers.choice import first_usable, make_backend
from jaunt.generate.providers.openai import OpenAIBackend
from jaunt.generate.transport import Policy

CODE = "def slugify(text):\n    return text\n"


def completion(text: object = CODE, finish_reason: str = "stop", **more: object) -> dict[str, object]:
    """Return a body as OpenAI's servers send it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 60}}
    return {"id": "1", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage, **more}


def message(text: str = CODE) -> dict[str, object]:
    """Return a body as Anthropic's servers send it."""
    content = [{"type": "text", "text": text}]
    return {"id": "1", "type": "message", "role": "assistant", "content": content, "stop_reason": "end_turn",
            "usage": {"input_tokens": 40, "output_tokens": 20, "cache_read_input_tokens": 60}}  # fmt: skip


GOOD = {"openai": payload(completion()), "anthropic": payload(message())}
both = pytest.mark.parametrize("provider", ["openai", "anthropic"])


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A key in the environment, and nothing else there that the SDKs or the HTTP client would look at."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "ANTHROPIC_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    yield KEY


def generate(backend: ModelBackend) -> str:
    """Return what the backend answers to one module."""

    async def run() -> str:
        try:
            return await backend.generate_module(CONTEXT)
        finally:
            await backend.close()

    return asyncio.run(run())


def failure(backend: ModelBackend) -> JauntGenerationError:
    with pytest.raises(JauntGenerationError) as caught:
        generate(backend)
    assert "\n" not in caught.value.message
    return caught.value


# A good answer


def test_the_request_holds_model_messages_and_key() -> None:
    with serving(GOOD["openai"]) as server:
        assert generate(make("openai", server)) == CODE
    (call,) = server.calls
    assert call.path == "/chat/completions"
    assert call.headers["authorization"] == f"Bearer {KEY}"
    assert call.body["model"] == "some-model"
    assert [each["role"] for each in call.body["messages"]] == ["system", "user"]
    assert "slugify" in call.body["messages"][1]["content"]
    assert call.body.keys() == {"model", "messages", "stream", "stream_options"}


def test_a_server_without_tls_needs_no_certificates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Loading them takes 60 ms."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with serving(GOOD["openai"]) as server:
        assert generate(make("openai", server)) == CODE
        # With TLS they are needed, and their lack is told.
        secure = make("openai", server, base_url=server.url.replace("http:", "https:"))
        assert "FileNotFoundError" in failure(secure).message
    assert len(server.calls) == 1


def test_a_server_elsewhere_is_reached_by_the_proxy_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(GOOD["openai"]) as proxy, serving(GOOD["openai"]) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert generate(make("openai", server, base_url="http://models.invalid/v1")) == CODE
        assert [call.path for call in proxy.calls] == ["http://models.invalid/v1/chat/completions"]
        generate(make("openai", server))  # on this machine
        assert (len(proxy.calls), len(server.calls)) == (1, 1)
        monkeypatch.setenv("no_proxy", "models.invalid")
        failure(make("openai", server, base_url="http://models.invalid/v1"))
        assert len(proxy.calls) == 1


def test_limit_and_temperature_are_sent_where_they_are_set() -> None:
    with serving(GOOD["openai"]) as server:
        generate(make("openai", server, max_tokens=500, temperature=0.0))
    assert (server.calls[0].body["max_tokens"], server.calls[0].body["temperature"]) == (500, 0.0)


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_options_are_sent_as_they_are_and_go_before_those_of_jaunt(provider: str) -> None:
    options = {"stop": ["\n```\n"], "reasoning": {"effort": "low"}, "max_tokens": 7}
    with serving(GOOD[provider]) as server:
        generate(make(provider, server, max_tokens=500, options=options))
    body = server.calls[0].body
    assert {name: body.get(name) for name in options} == options
    assert body["model"] == "some-model"


def test_a_grammar_is_sent_where_it_is_wanted() -> None:
    with serving(GOOD["openai"]) as server:
        backend = make("openai", server, grammar=True)
        ctx = replace(CONTEXT, spec_sources={"app.slug:slugify": "def slugify(text: str) -> str: ..."})
        asyncio.run(backend.generate_module(ctx))
        generate(make("openai", server, grammar=True))
        asyncio.run(backend.answer(ctx, judge_messages(ctx, {})))
    with_specs, without, of_question = (call.body.get("grammar") for call in server.calls)
    assert "def slugify(text: str) -> str:" in with_specs
    assert without is None, "its spec is no definition"
    assert of_question is None, "a word is wanted, and no code"


def test_a_provider_without_grammars_refuses_one(tmp_path: Path) -> None:
    (tmp_path / "jaunt.toml").write_text('version = 1\n[llm]\nprovider = "anthropic"\nmodel = "m"\ngrammar = true\n')
    (tmp_path / "src").mkdir()
    config = load_config(root=tmp_path)
    config = replace(config, llm=replace(config.llm, api_key_env=KEY_VARIABLE))
    with pytest.raises(JauntConfigError, match="anthropic takes no grammar"):
        make_backend(config)


def test_a_server_of_ones_own_needs_no_key_and_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-meant-for-openai")
    with serving(GOOD["openai"]) as server:
        assert generate(make("openai", server, api_key_env="")) == CODE
    assert "sk-meant-for-openai" not in str(server.calls)


def test_the_address_is_never_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(GOOD["openai"]) as chosen, serving(GOOD["openai"]) as other:
        monkeypatch.setenv("OPENAI_BASE_URL", other.url)
        generate(make("openai", chosen))
    assert (len(chosen.calls), len(other.calls)) == (1, 0)


def test_one_backend_serves_event_loops_one_after_the_other() -> None:
    with serving(GOOD["openai"]) as server:
        backend = make("openai", server)
        assert [generate(backend), generate(backend)] == [CODE, CODE]


@both
def test_sixty_four_requests_are_in_flight_and_their_connections_are_used_again(provider: str) -> None:
    with serving(Crowd(64, GOOD[provider])) as server:
        backend = make(provider, server, Policy(timeout=25.0))

        async def run() -> None:
            for _ in range(2):
                await asyncio.gather(*(backend.complete(REQUEST) for _ in range(64)))
            await backend.close()

        asyncio.run(run())
    assert len(server.calls) == 128
    assert len({call.connection for call in server.calls}) == 64


# Tokens


def test_tokens_are_counted_for_the_backend_and_for_each_module() -> None:
    with serving(GOOD["openai"]) as server:
        backend = make("openai", server)
        generate(backend)
        generate(backend)
    assert backend.usage == Usage(200, 40, 120)
    assert backend.usage_by_module == {"app.slug": Usage(200, 40, 120)}


def test_an_answer_of_no_use_is_counted_too() -> None:
    with serving(payload(completion(finish_reason="length"))) as server:
        backend = make("openai", server)
        failure(backend)
    assert backend.usage == Usage(100, 20, 60)


@pytest.mark.parametrize(
    "usage",
    [None, {}, {"prompt_tokens": "many", "completion_tokens": -1}, {"prompt_tokens": 10**400}, [1], True],
    ids=["none", "empty", "odd", "huge", "a list", "true"],
)
def test_tokens_that_a_server_does_not_tell_count_as_none(usage: object) -> None:
    with serving(payload(completion(usage=usage))) as server:
        backend = make("openai", server)
        assert generate(backend) == CODE
    assert backend.usage == Usage()


def test_cached_input_has_a_price_of_its_own() -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=500_000, cached_input_tokens=400_000)
    assert usage.cost(PriceConfig(input=2.0, output=8.0, cached_input=0.5)) == pytest.approx(1.2 + 0.2 + 4.0)
    assert usage.cost(PriceConfig(input=2.0, output=8.0)) == pytest.approx(2.0 + 4.0)
    assert usage.cost(PriceConfig(input=2.0, output=8.0, cached_input=0.0)) == pytest.approx(1.2 + 4.0)


# An answer that is no module


def test_an_answer_that_was_cut_off_says_where() -> None:
    with serving(payload(completion(finish_reason="length"))) as server:
        assert failure(make("openai", server)).message == "app.slug: the answer was cut off at 20 tokens"
    assert len(server.calls) == 1


def test_an_answer_that_was_cut_off_nobody_knows_where() -> None:
    with serving(payload(completion(finish_reason="length", usage=None))) as server:
        assert failure(make("openai", server)).message == "app.slug: the answer was cut off by a length limit"


@both
@pytest.mark.parametrize(("max_tokens", "hint"), [(20, "max_tokens"), (21, "context size"), (None, "context size")])
def test_the_limit_that_was_reached_is_the_one_to_raise(provider: str, max_tokens: int | None, hint: str) -> None:
    cut = {"openai": completion(finish_reason="length"), "anthropic": {**message(), "stop_reason": "max_tokens"}}
    with serving(payload(cut[provider])) as server:
        said = failure(make(provider, server, max_tokens=max_tokens)).hint or ""
    assert (
        said
        == f"raise {'the context size of the server' if hint == 'context size' else 'max_tokens in [llm]'}, "
        + ("or split the module")
    )


def test_a_limit_that_nobody_knows_may_be_that_of_the_configuration() -> None:
    with serving(payload(completion(finish_reason="length", usage=None))) as server:
        assert "max_tokens" in (failure(make("openai", server, max_tokens=500)).hint or "")


def test_an_answer_that_was_cut_off_is_one_if_a_block_in_it_is_whole() -> None:
    with serving(payload(completion(f"```python\n{CODE}```\nAnd so", "length"))) as server:
        assert generate(make("openai", server)) == CODE
    with serving(payload(completion(f"```python\n{CODE}", "length"))) as server:
        assert "cut off at 20 tokens" in failure(make("openai", server)).message


def test_the_code_is_the_block_that_defines_what_is_required() -> None:
    use = "```python\nimport app.slug\n\nprint(app.slug.slugify('a long title of a page'))\n```\n"
    with serving(payload(completion(f"```python\nimport jaunt\n\n@jaunt.magic\n{CODE}```\nSo:\n{use}"))) as server:
        assert generate(make("openai", server)) == CODE


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_an_answer_without_text_says_why_the_model_stopped(text: str | None) -> None:
    with serving(payload(completion(text, "content_filter"))) as server:
        assert failure(make("openai", server)).message == (
            "app.slug: the model answered without any text (it stopped for: content_filter)"
        )


def test_why_the_model_stopped_is_told_in_one_line_without_the_key() -> None:
    with serving(payload(completion("", f"{KEY}\n\x1b[31mtwice\ud800"))) as server:
        said = failure(make("openai", server)).message
    assert said.endswith("any text (it stopped for: [hidden] [31mtwice)")


def test_an_answer_that_holds_the_key_is_not_kept() -> None:
    with serving(payload(completion(f"KEY = '{KEY}'"))) as server:
        said = failure(make("openai", server)).message
    assert said == "app.slug: the answer holds the key, so it is not kept"


# Tries


RETRIED: dict[str, Reply] = {
    "429": error(429),
    "500": error(500),
    "503": payload("<html>overloaded</html>", 503),
    "cut short": cut_short,
    "reset": reset,
    "not JSON": payload("<html>no</html>"),
    "not JSON, nor said to be": payload("<html>no</html>", Content_Type="text/html"),
    "deeply nested": payload("[" * 100_000),
    "other JSON": payload([1, 2]),
    "nothing": payload(""),
    "no completion": payload({"choices": None, "content": None}),
    "not UTF-8": payload('{"choices": "\\ud800"}'),
}


@both
@pytest.mark.parametrize("reply", RETRIED.values(), ids=RETRIED)
def test_what_may_pass_is_tried_three_times_and_then_told_in_one_line(provider: str, reply: Reply) -> None:
    with serving(reply) as server:
        said = failure(make(provider, server)).message
    assert len(server.calls) == 3
    assert said.startswith(f"{provider} at 127.0.0.1:")
    assert said.endswith("(tried 3 times)")


@both
@pytest.mark.parametrize("name", ["429", "500", "cut short", "reset", "not JSON"])
def test_what_has_passed_is_forgotten(provider: str, name: str) -> None:
    with serving(RETRIED[name], GOOD[provider]) as server:
        assert generate(make(provider, server)) == CODE
    assert len(server.calls) == 2


def test_a_server_that_is_not_there_is_told_in_one_line() -> None:
    with serving(GOOD["openai"]) as server:
        backend = make("openai", server)
    found = failure(backend)
    assert "the connection failed" in found.message
    assert found.message.endswith("(tried 3 times)")
    assert found.hint == "start it, or correct base_url in [llm]"


@both
@pytest.mark.parametrize(
    "said",
    [
        "the request exceeds the available context size (512 tokens), try increasing it",
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        "prompt is too long: 210000 tokens > 200000 maximum",
    ],
)
def test_a_prompt_that_is_too_long_is_told_with_what_to_do(provider: str, said: str) -> None:
    with serving(error(400, said)) as server:
        found = failure(make(provider, server))
    assert said in found.message
    assert found.hint == "raise the context size of the server, or split the module"


@both
@pytest.mark.parametrize("status", [400, 404, 422])
def test_what_will_not_pass_is_told_at_once_in_the_words_of_the_server(provider: str, status: int) -> None:
    with serving(error(status, "no such\nmodel")) as server:
        said = failure(make(provider, server)).message
    assert len(server.calls) == 1
    assert f"{status} " in said
    assert said.endswith(": no such model")


@both
def test_an_error_in_another_form_is_told_too(provider: str) -> None:
    with serving(payload({"detail": "no such model"}, 400)) as server:
        assert failure(make(provider, server)).message.endswith("400 Bad Request: no such model")


@both
def test_an_error_with_the_status_of_success_is_told_in_the_words_of_the_server(provider: str) -> None:
    with serving(payload({"type": "error", "error": {"message": "no credits", "code": 402}})) as server:
        assert failure(make(provider, server)).message.endswith("no completion: no credits (tried 3 times)")


@both
def test_the_wait_that_the_server_asks_for_is_shared_by_all_calls(provider: str) -> None:
    with serving(error(429, Retry_After="0.5"), GOOD[provider]) as server:
        backend = make(provider, server, Policy(timeout=20.0, tries=1, base_delay=0.01))

        async def run() -> None:
            with pytest.raises(JauntGenerationError, match="429"):
                await backend.complete(REQUEST)
            await asyncio.gather(*(backend.complete(REQUEST) for _ in range(5)))
            await backend.close()

        asyncio.run(run())
    begin, *later = [call.at for call in server.calls]
    assert len(later) == 5
    assert min(later) - begin >= 0.5


@both
def test_a_stream_that_trickles_ends_at_the_time_limit(provider: str) -> None:
    with serving(trickle) as server:
        said = failure(make(provider, server, Policy(timeout=0.5))).message
    assert said.endswith("no answer within 0.5 s")
    assert len(server.calls) == 1


# The key


@both
@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_stops_all_calls_with_one_message(provider: str, status: int) -> None:
    with serving(error(status, f"wrong key {KEY}")) as server:
        backend = make(provider, server)

        async def run() -> list[str | BaseException]:
            first = await asyncio.gather(backend.generate_module(CONTEXT), return_exceptions=True)
            later = (backend.generate_module(CONTEXT) for _ in range(20))
            found = [*first, *await asyncio.gather(*later, return_exceptions=True)]
            await backend.close()
            return found

        errors = asyncio.run(run())
    assert len(server.calls) == 1
    assert {type(each) for each in errors} == {JauntAuthenticationError}
    assert len({str(each) for each in errors}) == 1
    assert str(errors[0]).endswith(": wrong key [hidden]")


@both
def test_the_key_is_in_no_error_traceback_log_or_repr(provider: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    replies = [error(500, f"you sent {KEY}"), payload(f"not JSON {KEY}"), error(400, KEY)]
    with serving(*replies) as server:
        backend = make(provider, server)
        caught = failure(backend)
    assert len(server.calls) == 3
    assert "[hidden]" in caught.message
    shown = [
        repr(backend),
        repr(llm_config(provider, server)),
        *traceback.format_exception(caught),
        repr(vars(caught)),
    ]
    assert KEY not in "".join(shown)
    assert (caught.__cause__, caught.__context__) == (None, None)
    assert caplog.messages
    assert KEY not in caplog.text


@both
def test_a_redirect_is_refused_and_the_key_is_not_sent_on(provider: str) -> None:
    with serving(GOOD[provider]) as other, serving(redirect(f"{other.url}/there?{KEY}")) as server:
        said = failure(make(provider, server))
    assert (len(server.calls), len(other.calls)) == (1, 0)
    assert f"redirects to {other.url.removeprefix('http://')}, which is not followed" in said.message
    assert "base_url" in (said.hint or "")


@pytest.mark.parametrize("place", ["http://[::1", "http://[zz]/", "//[", "/v1/"])
def test_a_redirect_to_no_address_is_refused_too(place: str) -> None:
    with serving(redirect(place)) as server:
        said = failure(make("openai", server))
    assert "it redirects to another path, which is not followed" in said.message
    assert len(server.calls) == 1


@both
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_key_is_told_by_the_name_of_its_variable(
    provider: str, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is None:
        monkeypatch.delenv(KEY_VARIABLE)
    else:
        monkeypatch.setenv(KEY_VARIABLE, value)
    with serving(GOOD[provider]) as server, pytest.raises(JauntConfigError, match=KEY_VARIABLE):
        make(provider, server)
    with pytest.raises(JauntConfigError, match=f"{provider.upper()}_API_KEY is not set"):
        make_backend(JauntConfig(llm=LLMConfig(provider=provider, model="m")))


def test_a_key_that_no_header_can_hold_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "sk-sécret")
    with pytest.raises(JauntConfigError) as caught:
        OpenAIBackend(llm_config("openai"))
    assert KEY_VARIABLE in caught.value.message
    assert "sécret" not in caught.value.message


def test_a_key_in_place_of_its_variable_is_refused_without_showing_it(tmp_path: Path) -> None:
    (tmp_path / "jaunt.toml").write_text(f'[llm]\napi_key_env = "{KEY}"\nbase_url = "http://me:{KEY}@host/"\n')
    with pytest.raises(JauntConfigError) as caught:
        load_config(root=tmp_path)
    assert "llm.api_key_env: must be the name" in caught.value.message
    assert "llm.base_url: must be http" in caught.value.message
    assert KEY not in f"{caught.value.message} {caught.value.hint}"


# Bounded answers

IN_A_CHILD = """
import asyncio, re, resource, sys
from pathlib import Path
from types import SimpleNamespace
from loopback import CONTEXT, make

async def run():
    try:
        await make(sys.argv[1], SimpleNamespace(url=sys.argv[2])).generate_module(CONTEXT)
    except Exception as error:
        print(error)

asyncio.run(run())
status = Path("/proc/self/status")
if status.exists():  # on Linux, ru_maxrss counts the parent as it was when it forked
    print(int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) // 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20)
"""


@both
def test_a_huge_answer_is_broken_off_before_it_fills_the_memory(provider: str) -> None:
    with serving(flood(200)) as server:
        command = [sys.executable, "-c", IN_A_CHILD, provider, server.url]
        child = subprocess.run(
            command,
            env=os.environ | {"PYTHONPATH": python_path(SUPPORT)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    said, megabytes = child.stdout.splitlines()
    assert said.endswith("the answer is longer than 8 MB")
    assert int(megabytes) < 200
    assert len(server.calls) == 1


@both
@pytest.mark.parametrize("kind", ["text/plain", "Application/JSON", "", "application/octet-stream"])
def test_an_answer_counts_whatever_kind_it_says_it_is(provider: str, kind: str) -> None:
    body = completion() if provider == "openai" else message()
    with serving(payload(body, Content_Type=kind)) as server:
        assert generate(make(provider, server)) == CODE


@pytest.mark.parametrize("encoding", ["", "identity", "Identity"])
def test_an_answer_that_only_says_that_it_is_not_packed_is_taken(encoding: str) -> None:
    with serving(payload(completion(), Content_Encoding=encoding)) as server:
        assert generate(make("openai", server)) == CODE


@pytest.mark.parametrize(("status", "calls"), [(401, 1), (429, 3), (503, 3)])
def test_a_packed_error_counts_by_its_status(status: int, calls: int) -> None:
    with serving(payload("x", status, Content_Encoding="gzip")) as server:
        caught = failure(make("openai", server))
    assert f": {status} " in caught.message
    assert len(server.calls) == calls
    assert isinstance(caught, JauntAuthenticationError) == (status == 401)


def test_an_answer_that_would_have_to_be_unpacked_is_refused() -> None:
    with serving(payload("x", Content_Encoding="gzip")) as server:
        assert "encoded as gzip" in failure(make("openai", server)).message
    assert (len(server.calls), server.calls[0].headers["accept-encoding"]) == (1, "identity")


# Configuration


@both
def test_a_model_has_to_be_named(provider: str) -> None:
    with serving(GOOD[provider]) as server, pytest.raises(JauntConfigError, match=r"llm\.model"):
        make(provider, server, model="")


@both
def test_without_its_sdk_a_provider_says_what_to_install(provider: str) -> None:
    script = (
        "import sys\n"
        "from jaunt.config import *\n"
        "from jaunt.generate.providers.choice import make_backend\n"
        f"llm = LLMConfig(provider={provider!r}, model='m', api_key_env={KEY_VARIABLE!r})\n"
        "try:\n"
        "    make_backend(JauntConfig(llm=llm))\n"
        "except Exception as error:\n"
        "    print(f'{type(error).__name__}: {error} ({error.hint})')\n"
    )
    source = str(Path(sys.modules["jaunt"].__file__ or "").parents[1])
    child = subprocess.run(
        [sys.executable, "-S", "-c", script],  # without site-packages
        env=os.environ | {"PYTHONPATH": source}, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    (line,) = child.stdout.splitlines()
    assert line.startswith(f"JauntConfigError: llm.provider: {provider} needs a package that is not installed")
    assert line.endswith(f"(pip install --upgrade {provider})")


def test_no_sdk_is_imported_before_its_provider_is_chosen() -> None:
    script = (
        "import sys, jaunt.cli, jaunt.generate.providers\n"
        "import jaunt.generate.providers.openai, jaunt.generate.providers.anthropic\n"
        "print(sorted({'openai', 'anthropic', 'httpx2', 'pydantic'} & sys.modules.keys()))"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(child.stdout.replace("'", '"')) == []


# No provider


@pytest.fixture
def nothing_usable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without keys and programs, and without a server on this machine."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with serving(GOOD["openai"]) as gone:
        monkeypatch.setattr(openai, "LOCAL_SERVER", ("127.0.0.1", gone.server_address[1]))


def test_where_nothing_is_usable_nothing_is_named(nothing_usable: None) -> None:
    assert first_usable() is None


def test_a_key_in_the_environment_is_named_first(nothing_usable: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    assert first_usable() == ('provider = "anthropic"', "ANTHROPIC_API_KEY is set")
    with pytest.raises(JauntConfigError) as caught:
        make_backend(JauntConfig())
    assert 'usable here is provider = "anthropic" (ANTHROPIC_API_KEY is set)' in (caught.value.hint or "")
    assert KEY not in str(vars(caught.value))


def test_a_local_server_that_answers_is_named_and_sent_nothing(
    nothing_usable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(GOOD["openai"]) as server:
        monkeypatch.setattr(openai, "LOCAL_SERVER", ("127.0.0.1", server.server_address[1]))
        usable = first_usable()
    assert usable is not None
    assert usable.settings == f'provider = "openai", base_url = "{server.url}/v1"'
    assert server.calls == []


def test_a_program_on_path_is_named_last(nothing_usable: None, tmp_path: Path) -> None:
    (tmp_path / "llm").write_text("#!/bin/sh\n")
    (tmp_path / "llm").chmod(0o755)
    assert first_usable() == ('provider = "command", command = "llm"', "llm is on PATH")


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({"seed": 7}, [{"seed": 7}, {"seed": 8}, {"seed": 9}]),
        ({"temperature": 0.2}, [{"temperature": 0.2}, {"temperature": 0.2}, {"temperature": 0.6}]),
        ({}, [{}, {}, {}]),
    ],
)
def test_a_fixed_seed_moves_on_with_each_answer_and_a_model_that_repeats_itself_is_asked_more_freely(
    options: dict[str, float], sent: list[dict[str, float]]
) -> None:
    """The third attempt follows two that gave the same code."""
    with serving(payload(completion("def nothing(): ...\n"))) as server:
        backend = make("openai", server, options=options)
        asyncio.run(backend.generate_with_retry(CONTEXT, max_attempts=3))
    bodies = [call.body for call in server.calls]
    assert [{k: v for k, v in body.items() if k in {"seed", "temperature"}} for body in bodies] == [
        {k: pytest.approx(v) for k, v in each.items()} for each in sent
    ]
