"""The provider `anthropic`: Anthropic's messages, by the official SDK."""

from types import ModuleType
from typing import Any

from jaunt.config import LLMConfig
from jaunt.generate.model import KEY_VARIABLES, Answer, ModelBackend, Request, Usage
from jaunt.generate.prompt import Templates
from jaunt.generate.sdk import SdkClient, client_options, host_of, read_key, require_model, token_count
from jaunt.generate.transport import Policy, Transport

DEFAULT_URL = "https://api.anthropic.com"
DEFAULT_MAX_TOKENS = 16_384  # the API demands a limit


class AnthropicBackend(ModelBackend):
    """Asks for one message a request; raises JauntConfigError if it can't be used as configured."""

    def __init__(self, llm: LLMConfig, templates: Templates | None = None, *, policy: Policy | None = None) -> None:
        key = read_key(llm, KEY_VARIABLES["anthropic"])
        super().__init__(templates, secrets=[key])
        self._options = _options(llm)
        # Always given: without it, the SDK would take the address from the environment.
        url = llm.base_url or DEFAULT_URL

        def make(sdk: ModuleType, http: Any) -> Any:
            return sdk.AsyncAnthropic(api_key=key, base_url=url, **client_options(llm, http))

        self._client = SdkClient("anthropic", make)
        policy = policy or Policy(timeout=llm.timeout)
        self._transport = Transport(f"anthropic at {host_of(url)}", policy, secrets=self.secrets)

    async def complete(self, request: Request) -> Answer:
        """Send the messages, those of the role "system" as the system prompt."""
        system = "\n\n".join(each.content for each in request.messages if each.role == "system")
        messages = [{"role": each.role, "content": each.content} for each in request.messages if each.role != "system"]

        async def ask(client: Any) -> Answer:
            return _answer(await client.messages.create(system=system, messages=messages, **self._options))

        return await self._transport.send(lambda: self._client.call(ask))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _options(llm: LLMConfig) -> dict[str, Any]:
    options: dict[str, Any] = {
        "model": require_model(llm),
        "max_tokens": llm.max_tokens or DEFAULT_MAX_TOKENS,
    }
    if llm.temperature is not None:  # the SDK has no argument for it any more, but older models take it
        options["extra_body"] = {"temperature": llm.temperature}
    return options


def _answer(message: Any) -> Answer:
    text = "".join(block.text for block in message.content if block.type == "text")
    # Unlike other APIs', its `input_tokens` leave out what was read from the cache or written to it.
    cached = token_count(message.usage, "cache_read_input_tokens")
    new = token_count(message.usage, "input_tokens") + token_count(message.usage, "cache_creation_input_tokens")
    usage = Usage(new + cached, token_count(message.usage, "output_tokens"), cached)
    cut = usage.output_tokens if message.stop_reason == "max_tokens" else None
    return Answer(text, cut, usage, stop_reason=message.stop_reason or "")
