"""The provider `anthropic`: Anthropic's messages, by the official SDK."""

from typing import Any

from jaunt.config import LLMConfig
from jaunt.generate.model import Answer, Request, Usage
from jaunt.generate.prompt import Templates
from jaunt.generate.sdk import SdkBackend, require_model, token_count
from jaunt.generate.transport import Policy

DEFAULT_MAX_TOKENS = 16_384  # the API demands a limit


class AnthropicBackend(SdkBackend):
    """Asks for one message a request."""

    package = "anthropic"
    client_class = "AsyncAnthropic"
    default_url = "https://api.anthropic.com"

    def __init__(self, llm: LLMConfig, templates: Templates | None = None, *, policy: Policy | None = None) -> None:
        super().__init__(llm, templates, policy=policy)
        self.max_tokens = llm.max_tokens or DEFAULT_MAX_TOKENS
        self._options = _options(llm, self.max_tokens)

    async def ask(self, client: Any, request: Request) -> Answer:
        """Send the messages, those of the role "system" as the system prompt."""
        system = "\n\n".join(each.content for each in request.messages if each.role == "system")
        messages = [{"role": each.role, "content": each.content} for each in request.messages if each.role != "system"]
        return _answer(await client.messages.create(system=system, messages=messages, **self._options))


def _options(llm: LLMConfig, max_tokens: int) -> dict[str, Any]:
    options: dict[str, Any] = {"model": require_model(llm), "max_tokens": max_tokens}
    if llm.temperature is not None:  # the SDK has no argument for it any more, but older models take it
        options["extra_body"] = {"temperature": llm.temperature}
    return options


def _answer(message: Any) -> Answer:
    text = "".join(block.text for block in message.content if block.type == "text")
    # Unlike other APIs', its `input_tokens` leave out what was read from the cache or written to it.
    cached = token_count(message.usage, "cache_read_input_tokens")
    new = token_count(message.usage, "input_tokens") + token_count(message.usage, "cache_creation_input_tokens")
    usage = Usage(new + cached, token_count(message.usage, "output_tokens"), cached)
    cut = usage.output_tokens if message.stop_reason in ("max_tokens", "model_context_window_exceeded") else None
    return Answer(text, cut, usage, stop_reason=message.stop_reason or "")
