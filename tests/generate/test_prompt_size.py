"""A prompt that is too long is told before it is sent, with what is largest in it."""

import asyncio

import pytest

from jaunt.errors import JauntGenerationError
from jaunt.generate.model import Answer, ModelBackend, Request
from jaunt.generate.spec_context import ModuleSpecContext


class Counting(ModelBackend):
    """Counts the calls."""

    calls = 0

    async def complete(self, request: Request) -> Answer:
        self.calls += 1
        return Answer("```python\ndef f() -> int:\n    return 1\n```")


def context(**fields: object) -> ModuleSpecContext:
    given: dict[str, object] = {
        "spec_sources": {"app.a:f": 'def f() -> int:\n    """Return one."""\n    ...'},
        **fields,
    }
    return ModuleSpecContext("build", "app.a", "app.__generated__.a", ["f"], **given)  # ty: ignore[invalid-argument-type]


@pytest.mark.parametrize(
    ("fields", "largest"),
    [
        ({"handwritten_source": f"TABLE = {'x' * 900_000!r}"}, "what is written by hand in the spec module"),
        ({"dependency_apis": {"app.b:g": "x " * 450_000}}, "the spec app.b:g, which is used"),
        ({"spec_sources": {"app.a:f": f"def f(): {'x' * 899_990!r}"}}, "the spec app.a:f"),
        ({"previous_source": "é" * 450_000}, "the code that is to be replaced"),
    ],
)
def test_what_is_too_long_is_not_sent(fields: dict[str, object], largest: str) -> None:
    backend = Counting()
    with pytest.raises(JauntGenerationError, match="more than max_prompt_tokens") as caught:
        asyncio.run(backend.generate_module(context(**fields)))
    assert f"the largest part of it is {largest}, about 225,0" in str(caught.value)
    assert backend.calls == 0


def test_the_limit_is_the_configurations() -> None:
    backend = Counting()
    asyncio.run(backend.generate_module(context()))
    backend.max_prompt_tokens = 10
    with pytest.raises(JauntGenerationError, match="more than max_prompt_tokens"):
        asyncio.run(backend.generate_module(context()))
    assert backend.calls == 1
