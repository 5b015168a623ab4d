"""The provider `openai`: OpenAI, or any server that speaks its chat completions, by the official SDK."""

from types import ModuleType
from typing import Any

from jaunt.config import LLMConfig
from jaunt.generate.model import KEY_VARIABLES, Answer, ModelBackend, Request, Usage
from jaunt.generate.prompt import Templates
from jaunt.generate.sdk import (
    SdkClient,
    client_options,
    host_of,
    message_in,
    read_key,
    require_model,
    token_count,
)
from jaunt.generate.transport import Fault, Policy, Transport

DEFAULT_URL = "https://api.openai.com/v1"
NO_KEY = "no-key"  # the SDK demands one, a local server doesn't


class OpenAIBackend(ModelBackend):
    """Asks for one chat completion a request; raises JauntConfigError if it can't be used as configured."""

    def __init__(self, llm: LLMConfig, templates: Templates | None = None, *, policy: Policy | None = None) -> None:
        keyless = llm.base_url and not llm.api_key_env
        key = NO_KEY if keyless else read_key(llm, KEY_VARIABLES["openai"])
        super().__init__(templates, secrets=[] if keyless else [key])
        self._options = _options(llm)
        # Always given: without it, the SDK would take the address from the environment.
        url = llm.base_url or DEFAULT_URL

        def make(sdk: ModuleType, http: Any) -> Any:
            return sdk.AsyncOpenAI(api_key=key, base_url=url, **client_options(llm, http))

        self._client = SdkClient("openai", make)
        policy = policy or Policy(timeout=llm.timeout)
        self._transport = Transport(f"openai at {host_of(url)}", policy, secrets=self.secrets)

    async def complete(self, request: Request) -> Answer:
        """Send the messages and return the first choice."""
        messages = [{"role": each.role, "content": each.content} for each in request.messages]

        async def ask(client: Any) -> Answer:
            return _answer(await client.chat.completions.create(messages=messages, **self._options))

        return await self._transport.send(lambda: self._client.call(ask))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


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
