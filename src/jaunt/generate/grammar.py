"""The grammar of an answer, for servers that hold a model to one: a small model then can't get a signature wrong.

The form is GBNF, as https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md has it.
"""

import ast
from collections.abc import Iterator
from copy import copy

from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.syntax.source import Definition, Function, parse_or_none

_COMMON = r"""
import ::= ("import " | "from ") text "\n"
constant ::= "_" [A-Za-z0-9_]+ ":"? " " text "\n"
helper ::= "\n\n"? ("async ")? ("def" | "class") " _" [A-Za-z0-9_]+ text "\n" body
decorator ::= "@" text "\n"
body ::= (blank* "    " text "\n")+
deep ::= (blank* "        " text "\n")+
field ::= blank* "    " [a-z_A-Z] text? "\n"
blank ::= "\n"
text ::= [^\n]+
"""


def grammar_of(ctx: ModuleSpecContext) -> str | None:
    """Return the grammar of an answer to a context: one block that defines each required name by its exact signature.

    Besides, it has imports, and constants and helpers whose names start with an underscore. None if a spec is not
    the text of one definition.
    """
    rules, names = [], []
    for number, source in enumerate({**ctx.spec_sources, **ctx.plain_sources}[ref] for ref in ctx.spec_sources):
        tree = parse_or_none(source)
        node = tree.body[-1] if tree is not None and tree.body else None
        if not isinstance(node, Definition):
            return None
        rules += _rules(f"spec{number}", node)
        names.append(f"spec{number}")
    if not names:
        return None
    parts = " ".join(f"between* {name}" for name in names)
    decorated = "decorator | " if ctx.kind == "test" else ""
    between = f"between ::= {decorated}blank | constant | helper"
    root = f'root ::= "```python\\n" (import | blank)* {parts} between* "```"'
    return "\n".join([root, between, *rules]) + _COMMON


def _rules(name: str, node: Definition) -> Iterator[str]:
    """Yield the rules for one definition, of which the first is called `name`."""
    if isinstance(node, Function):
        yield f"{name} ::= {_literal(_head(node))} body"
        return
    methods = [member for member in node.body if isinstance(member, Function)]
    own = [f"{name}m{number}" for number in range(len(methods))]
    # What is in a class besides its methods stands before them: fields, nested definitions are no part of it.
    inner = f"field* {' blank* '.join(own)}" if own else "body"
    yield f"{name} ::= {_literal(_head(node))} {inner}"
    for rule, method in zip(own, methods, strict=True):
        yield f"{rule} ::= blank* {_literal(_head(method, '    '))} deep"


def _head(node: Definition, margin: str = "") -> str:
    """Return the lines of a definition above its body: its decorators and its signature, in one line."""
    bare = copy(node)
    bare.body = [ast.Pass()]
    lines = ast.unparse(bare).rstrip().removesuffix("pass").rstrip().split("\n")
    return "".join(f"{margin}{line}\n" for line in lines)


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
