"""The provider `anthropic`: Anthropic's messages, by the official SDK."""

from collections.abc import Iterator, MutableMapping
from typing import Any, ClassVar

from jaunt.config import JauntConfig, LLMConfig
from jaunt.generate.model import Answer, ModelBackend, Request, Usage
from jaunt.generate.prompt import Templates
from jaunt.generate.providers.provider import Usable
from jaunt.generate.providers.sdk import SdkBackend, require_model, token_count
from jaunt.generate.providers.stream import Event
from jaunt.generate.transport import Policy

DEFAULT_MAX_TOKENS = 16_384  # the API demands a limit

KEY_VARIABLE = "ANTHROPIC_API_KEY"

SETTINGS = f"""\
provider = "anthropic" # the key is in {KEY_VARIABLE}
model = "..."
"""


class AnthropicBackend(SdkBackend):
    """Asks for one message a request."""

    default_key_variable = KEY_VARIABLE
    package = "anthropic"
    client_class = "AsyncAnthropic"
    default_url = "https://api.anthropic.com"
    path = "/v1/messages"
    stream_fields: ClassVar[dict[str, Any]] = {"stream": True}

    def __init__(self, llm: LLMConfig, templates: Templates | None = None, *, policy: Policy | None = None) -> None:
        super().__init__(llm, templates, policy=policy)
        self.max_tokens = llm.max_tokens or DEFAULT_MAX_TOKENS
        self._options = _options(llm, self.max_tokens)

    def body_of(self, request: Request) -> dict[str, Any]:
        """Return the messages and the options; those of the role "system" are the system prompt.

        That is the same for all modules of a kind, so it is asked to be kept:
        https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching
        """
        text = "\n\n".join(each.content for each in request.messages if each.role == "system")
        system = [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]
        messages = [{"role": each.role, "content": each.content} for each in request.messages if each.role != "system"]
        return {"system": system, "messages": messages, **self._options}

    def answer_in(self, body: dict[str, Any]) -> Answer:
        """Return the text of all its blocks."""
        text = "".join(block["text"] for block in body["content"] if block["type"] == "text")
        # Unlike other APIs', its `input_tokens` leave out what was read from the cache or written to it.
        cached = token_count(body, "usage", "cache_read_input_tokens")
        written = token_count(body, "usage", "cache_creation_input_tokens")
        read = token_count(body, "usage", "input_tokens") + written + cached
        usage = Usage(read, token_count(body, "usage", "output_tokens"), cached)
        reason = body.get("stop_reason") or ""
        cut = usage.output_tokens if reason in ("max_tokens", "model_context_window_exceeded") else None
        return Answer(text, cut, usage, stop_reason=reason)

    def piece_in(self, event: Event, body: MutableMapping[str, Any]) -> str:
        """Read an event: the first has the input's tokens, the last the output's and why the model stopped."""
        match event:
            case {"type": "message_start", "message": {"usage": dict(usage)}}:
                body["usage"] = usage
            case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": str(text)}}:
                return text
            case {"type": "message_delta", "delta": delta}:
                body["stop_reason"] = delta.get("stop_reason")
                body["usage"] = {**body.get("usage", {}), **(event.get("usage") or {})}
        return ""

    def whole(self, body: dict[str, Any], text: str) -> dict[str, Any]:
        """Return a message of one block."""
        return {**body, "content": [{"type": "text", "text": text}]}


def _options(llm: LLMConfig, max_tokens: int) -> dict[str, Any]:
    options = {"model": require_model(llm), "max_tokens": max_tokens, "temperature": llm.temperature}
    return {name: value for name, value in options.items() if value is not None}


def make_backend(config: JauntConfig, templates: Templates) -> ModelBackend:
    """Return the backend; raises JauntConfigError if it can't be used as configured."""
    return AnthropicBackend(config.llm, templates)


def usable() -> Iterator[Usable]:
    """Yield nothing: it needs a key."""
    yield from ()
