"""How long a prompt may be: one of a million tokens is told before it is sent, with what is largest in it."""

from collections.abc import Iterator, Sequence

from jaunt import codes
from jaunt.errors import JauntGenerationError
from jaunt.generate.prompt import Message
from jaunt.generate.spec_context import ModuleSpecContext

_BYTES_A_TOKEN = 4  # about, in English and in code


def require_size(messages: Sequence[Message], ctx: ModuleSpecContext, most: int) -> None:
    """Raise JauntGenerationError for a prompt of more than about `most` tokens."""
    tokens = sum(map(_tokens, (message.content for message in messages)))
    if tokens <= most:
        return
    size, part = max((_tokens(text), part) for part, text in _parts(ctx))
    raise JauntGenerationError(
        f"{ctx.spec_module}: the prompt would have about {tokens:,} tokens, more than max_prompt_tokens in [llm], "
        f"{most:,}; it is not sent; the largest part of it is {part}, about {size:,}",
        hint="split the module, or raise max_prompt_tokens",
        code=codes.PROMPT_SIZE,
    )


def _parts(ctx: ModuleSpecContext) -> Iterator[tuple[str, str]]:
    """Yield what of a context may be large, and its text."""
    yield "what is written by hand in the spec module", ctx.handwritten_source
    yield "the code that is to be replaced", ctx.previous_source
    yield "the code of the attempt before", ctx.rejected_source
    yield "the instructions of the project", "\n".join(ctx.instructions)
    yield from ((f"the spec {ref}", text) for ref, text in ctx.spec_sources.items())
    yield from ((f"the spec {ref}, which is used", text) for ref, text in ctx.dependency_apis.items())
    yield from ((f"`{name}`, which is used", text) for name, text in ctx.world.items())


def _tokens(text: str) -> int:
    return -(-len(text.encode("utf-8", "replace")) // _BYTES_A_TOKEN)
