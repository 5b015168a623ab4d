"""What specs mention of what is written by hand beside them: constants, aliases, helpers, each with a digest.

A candidate may name them, or have them baked in: conformance takes `limit: int = 60` for `limit: int = LIMIT`, and a
model may copy a number or a helper that the prompt shows. What is baked in has to be looked at again when it moves.
"""

import ast
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from jaunt.spec_ref import code_name
from jaunt.specs.references import MENTION
from jaunt.syntax.canonical import canonical
from jaunt.syntax.nodes import child_nodes
from jaunt.syntax.source import Definition, ModuleSource, assignment_targets, own_decorators

_WORD = re.compile(r"[^\W\d]\w*")
_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9_]+\b")  # a docstring may speak of one without quotes


class Mentions:
    """The handwritten names of one spec module, and which of them its specs mention."""

    def __init__(self, source: ModuleSource) -> None:
        self._source = source

    def of(self, spec: str) -> dict[str, str]:
        """Return the handwritten names of the module that a spec mentions, each with the digest of what it means."""
        if not self._nodes:  # as in most modules
            return {}
        spec = code_name(spec)
        nodes = [*self._source.overloads_of(spec), self._source.definitions[spec]]
        own = {d for node in nodes for d in own_decorators(self._source, node)}
        others = {d for node in nodes for d in node.decorator_list} - own  # jaunt's, and those of the spec module
        found = {word for node in nodes for word in _words(node, others)} & self._nodes.keys()
        if spec in self._source.methods:
            found -= {self._source.methods[spec].owners[0].name}  # of the class that it is of, the shape counts
        return {name: self._digest(name) for name in sorted(found)}

    @cached_property
    def _nodes(self) -> Mapping[str, list[ast.AST]]:
        """Name -> all that binds it at module level by hand; imports, and other names for them, are left out."""
        found: dict[str, list[ast.AST]] = {}
        specs = set()
        for statement in self._source.statements:
            if isinstance(statement, Definition):
                found.setdefault(statement.name, []).append(statement)
                specs |= {statement.name} if self._source.is_spec(statement) else set()
                continue
            plain = isinstance(statement, ast.Assign | ast.AnnAssign)
            for target in assignment_targets(statement):
                for node in ast.walk(target):
                    if isinstance(node, ast.Name):
                        value = getattr(statement, "value", None) if plain and node is target else statement
                        found.setdefault(node.id, []).append(value or statement)
        own = f"{self._source.module}."
        elsewhere = {name for name, path in self._source.bindings.items() if not path.startswith(own)}
        return {name: nodes for name, nodes in found.items() if name not in specs | elsewhere}

    def _digest(self, name: str) -> str:
        """Return a digest, 16 hex digits, of what a name means, with all handwritten names that this is made of."""
        closure, pending = set[str](), [name]
        while pending:
            each = pending.pop()
            if each not in closure:
                closure.add(each)
                names = {n.id for node in self._nodes[each] for n in ast.walk(node) if isinstance(n, ast.Name)}
                pending += names & self._nodes.keys()
        text = "\n".join(f"{each} {self._canonical(each)}" for each in sorted(closure))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def _canonical(self, name: str) -> str:
        return canonical(self._nodes[name])


def _words(spec: Definition, left_out: Collection[ast.AST]) -> Iterator[str]:
    """Yield the names in a spec: its signature, its body, quoted annotations, and those that docstrings speak of."""
    pending: list[ast.AST] = [spec]
    while pending:
        node = pending.pop()
        if isinstance(node, Definition) and ast.get_docstring(node, clean=False) is not None:
            statement = node.body[0]
            docstring = ast.get_docstring(node, clean=False) or ""
            yield from (word for pair in MENTION.findall(docstring) for word in pair)
            yield from _CONSTANT.findall(docstring)
            pending += [child for child in child_nodes(node) if child is not statement and child not in left_out]
            continue
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _WORD.findall(node.value)
        pending += [child for child in child_nodes(node) if child not in left_out]
