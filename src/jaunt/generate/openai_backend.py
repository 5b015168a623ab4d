"""The provider `openai`: OpenAI, or any server that speaks its chat completions, by the official SDK."""

from typing import Any

from jaunt.config import LLMConfig
from jaunt.generate.model import Answer, Request, Usage
from jaunt.generate.prompt import Templates
from jaunt.generate.sdk import SdkBackend, message_in, require_model, token_count
from jaunt.generate.transport import Fault, Policy


class OpenAIBackend(SdkBackend):
    """Asks for one chat completion a request."""

    package = "openai"
    client_class = "AsyncOpenAI"
    default_url = "https://api.openai.com/v1"

    def __init__(self, llm: LLMConfig, templates: Templates | None = None, *, policy: Policy | None = None) -> None:
        super().__init__(llm, templates, policy=policy, keyless=bool(llm.base_url and not llm.api_key_env))
        self._options = _options(llm)

    async def ask(self, client: Any, request: Request) -> Answer:
        """Send the messages and return the first choice."""
        messages = [{"role": each.role, "content": each.content} for each in request.messages]
        # As `messages`, the SDK would match each with all forms that one may have: a quarter of a call's CPU time.
        answer = await client.chat.completions.create(messages=(), extra_body={"messages": messages}, **self._options)
        return _answer(answer)


def _options(llm: LLMConfig) -> dict[str, Any]:
    # OpenAI's newer models refuse `max_tokens`; many other servers know nothing else.
    limit = "max_tokens" if llm.base_url else "max_completion_tokens"
    options = {"model": require_model(llm), limit: llm.max_tokens, "temperature": llm.temperature}
    return {name: value for name, value in options.items() if value is not None}


def _answer(completion: Any) -> Answer:
    if not getattr(completion, "choices", None):  # OpenRouter sends its errors with the status 200
        raise Fault(f"no completion: {message_in(getattr(completion, 'error', None))}".rstrip(": "), again=True)
    choice = completion.choices[0]
    text = choice.message.content or ""
    if not isinstance(text, str):
        raise TypeError("the content is no text")
    usage = Usage(
        token_count(completion.usage, "prompt_tokens"),
        token_count(completion.usage, "completion_tokens"),
        token_count(getattr(completion.usage, "prompt_tokens_details", None), "cached_tokens"),
    )
    cut = usage.output_tokens if choice.finish_reason == "length" else None
    return Answer(text, cut, usage, stop_reason=choice.finish_reason or "")
