"""The short question whether code as it stands answers contracts that were reworded."""

import ast
from collections.abc import Iterator, Mapping

from jaunt.generate.prompt import Message, fenced
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.syntax.source import parse_or_none

EQUIVALENT = "equivalent"
"""The one answer by which the code stays."""

_SYSTEM = f"""\
The docstring of a spec was reworded. You judge whether code that was written for it needs no change: whether it keeps
every promise of the spec as it reads now, to the letter. In doubt it needs one. Answer with one word and nothing else:
`{EQUIVALENT}` if the code needs no change, else `different`.
"""


def judge_messages(ctx: ModuleSpecContext, before: Mapping[str, str]) -> list[Message]:
    """Return the question: the specs of a context as they read now, and `before`, if that is known, and their code."""
    return [Message("system", _SYSTEM), Message("user", "\n\n".join(_parts(ctx, before)) + "\n")]


def _parts(ctx: ModuleSpecContext, before: Mapping[str, str]) -> Iterator[str]:
    for ref, source in ctx.spec_sources.items():
        if ref in before:
            yield f"`{ref}` read before:\n\n{fenced(_without_decorators(before[ref]))}"
        yield f"`{ref}` reads now:\n\n{fenced(ctx.plain_sources.get(ref, source))}"
    yield f"The code:\n\n{fenced(ctx.previous_source)}"


def _without_decorators(source: str) -> str:
    tree = parse_or_none(source)
    first = tree.body[0] if tree is not None and tree.body else None
    if not isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return source
    return "\n".join(source.split("\n")[first.lineno - 1 :])
