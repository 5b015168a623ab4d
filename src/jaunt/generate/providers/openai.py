"""The provider `openai`: OpenAI, or any server that speaks its chat completions, by the official SDK."""

import socket
from collections.abc import Iterator, MutableMapping
from typing import Any, ClassVar

from jaunt.config import JauntConfig, LLMConfig
from jaunt.generate.grammar import grammar_of
from jaunt.generate.model import Answer, ModelBackend, Request, Usage
from jaunt.generate.prompt import Templates
from jaunt.generate.providers.provider import Usable
from jaunt.generate.providers.sdk import SdkBackend, require_model, token_count
from jaunt.generate.providers.stream import Event
from jaunt.generate.transport import Fault, Policy

KEY_VARIABLE = "OPENAI_API_KEY"

SETTINGS = f"""\
provider = "openai" # any server that speaks its chat completions; the key is in {KEY_VARIABLE}
model = "..."
base_url = "http://127.0.0.1:11434/v1" # for a server of your own
"""

LOCAL_SERVER = ("127.0.0.1", 11434)
"""Where Ollama answers, unless told otherwise: host and port."""

_PROBE_TIMEOUT = 0.3  # seconds


class OpenAIBackend(SdkBackend):
    """Asks for one chat completion a request."""

    default_key_variable = KEY_VARIABLE
    package = "openai"
    client_class = "AsyncOpenAI"
    default_url = "https://api.openai.com/v1"
    path = "/chat/completions"
    takes_grammar = True
    stream_fields: ClassVar[dict[str, Any]] = {"stream": True, "stream_options": {"include_usage": True}}

    def __init__(self, llm: LLMConfig, templates: Templates | None = None, *, policy: Policy | None = None) -> None:
        super().__init__(llm, templates, policy=policy, keyless=bool(llm.base_url and not llm.api_key_env))
        self._options = _options(llm)

    def body_of(self, request: Request) -> dict[str, Any]:
        """Return the messages and the options."""
        messages = [{"role": each.role, "content": each.content} for each in request.messages]
        grammar = grammar_of(request.context) if self._llm.grammar and not request.is_question else None
        return {"messages": messages, **self._options, **({"grammar": grammar} if grammar else {})}

    def answer_in(self, body: dict[str, Any]) -> Answer:
        """Return the first choice."""
        if not body.get("choices"):
            raise Fault("no completion", again=True)
        choice = body["choices"][0]
        text = choice["message"].get("content") or ""
        if not isinstance(text, str):
            raise TypeError("the content is no text")
        usage = Usage(
            token_count(body, "usage", "prompt_tokens"),
            token_count(body, "usage", "completion_tokens"),
            token_count(body, "usage", "prompt_tokens_details", "cached_tokens"),
        )
        reason = choice.get("finish_reason") or ""
        return Answer(text, usage.output_tokens if reason == "length" else None, usage, stop_reason=reason)

    def piece_in(self, event: Event, body: MutableMapping[str, Any]) -> str:
        """Read a chunk of the first choice; the last one has no choice, and says what the call took."""
        if event.get("usage"):
            body["usage"] = event["usage"]
        choice = next(iter(event.get("choices") or ()), None)
        if choice is None:
            return ""
        body["finish_reason"] = choice.get("finish_reason") or body.get("finish_reason")
        return (choice.get("delta") or {}).get("content") or ""

    def whole(self, body: dict[str, Any], text: str) -> dict[str, Any]:
        """Return a completion of one choice."""
        choice = {"message": {"content": text}, "finish_reason": body.get("finish_reason")}
        return {"choices": [choice], "usage": body.get("usage")}


def _options(llm: LLMConfig) -> dict[str, Any]:
    # OpenAI's newer models refuse `max_tokens`; many other servers know nothing else.
    limit = "max_tokens" if llm.base_url else "max_completion_tokens"
    options = {"model": require_model(llm), limit: llm.max_tokens, "temperature": llm.temperature}
    return {name: value for name, value in options.items() if value is not None}


def make_backend(config: JauntConfig, templates: Templates) -> ModelBackend:
    """Return the backend; raises JauntConfigError if it can't be used as configured."""
    return OpenAIBackend(config.llm, templates)


def usable() -> Iterator[Usable]:
    """Yield the server on this machine, if there is one: a connection is opened and closed."""
    address = f"{LOCAL_SERVER[0]}:{LOCAL_SERVER[1]}"
    try:
        socket.create_connection(LOCAL_SERVER, timeout=_PROBE_TIMEOUT).close()
    except OSError:
        return
    yield Usable(f'provider = "openai", base_url = "http://{address}/v1"', f"a server answers at {address}")
