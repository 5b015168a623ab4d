"""A backend that asks a model: the prompt is rendered here, the answer read here; a provider only carries them."""

from collections.abc import Sequence
from dataclasses import dataclass

from jaunt.errors import JauntGenerationError
from jaunt.generate.base import GeneratorBackend, ModuleSpecContext
from jaunt.generate.prompt import Message, Templates, extract_code, load_templates, render_messages


@dataclass(frozen=True)
class Request:
    """One call: the messages to send, and the context that they were made from."""

    messages: Sequence[Message]
    context: ModuleSpecContext


@dataclass(frozen=True)
class Answer:
    """What a provider gave back. `truncated_at` is the number of tokens at which a length limit cut the answer off."""

    text: str
    truncated_at: int | None = None


class ModelBackend(GeneratorBackend):
    """Base of the providers. Subclasses define `complete` alone."""

    def __init__(self, templates: Templates | None = None) -> None:
        self.templates = templates or load_templates()

    async def complete(self, request: Request) -> Answer:
        """Send one request; raises JauntGenerationError if there is no answer to be had."""
        raise NotImplementedError

    async def generate_module(
        self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None
    ) -> str:
        """Render the prompt, ask, and return the code in the answer."""
        messages = render_messages(ctx, self.templates, errors=extra_error_context)
        answer = await self.complete(Request(messages, ctx))
        if answer.truncated_at is not None:
            raise JauntGenerationError(
                f"{ctx.spec_module}: the answer was cut off at {answer.truncated_at} tokens",
                hint="raise the limit, or split the module",
            )
        return extract_code(answer.text)
