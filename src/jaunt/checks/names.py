"""What the names of a candidate stand for: its own, built in, or imported from elsewhere."""

import ast
import builtins
import sys
from collections.abc import Mapping

from jaunt.syntax.source import Definition, ModuleSource, assignment_targets, written_name

READS = frozenset({"os.environ", "os.environb", "sys.argv", "sys.stderr", "sys.stdin", "sys.stdout"})
"""Attributes that depend on who imports the module."""


class CandidateNames:
    """The names of one candidate.

    `scopes` are the definitions of the class bodies that are looked at just now, the innermost last.
    """

    def __init__(self, candidate: ModuleSource) -> None:
        self._candidate = candidate
        self._prefix = f"{candidate.module}."
        self.scopes: list[Mapping[str, Definition]] = []

    def path(self, node: ast.AST) -> str:
        """Return the dotted path that a name stands for; names that nothing binds are built in."""
        path = self._candidate.dotted(node)
        if path is None and isinstance(node, ast.Name | ast.Attribute):
            text = written_name(node)
            head = text.partition(".")[0]
            is_builtin = hasattr(builtins, head) and head not in self._candidate.constants
            return f"builtins.{text}" if is_builtin else text
        return path or ""

    def own(self, path: str) -> str | None:
        """Return what a path is called in the candidate; None if it leads elsewhere."""
        return path.removeprefix(self._prefix) if path.startswith(self._prefix) else None

    def is_foreign(self, path: str) -> bool:
        """Whether a path leads into the project or a dependency, by way of an import."""
        head, _, rest = path.partition(".")
        if not rest or head in sys.stdlib_module_names or path.startswith(self._prefix):
            return False
        return any(bound.partition(".")[0] == head for bound in self._candidate.bindings.values())

    def is_own(self, node: ast.expr, local: frozenset[str]) -> bool:
        """Whether a method's object was made here: a literal, a constant, the result of a pure call."""
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        if not isinstance(node, ast.Name):
            return True  # calls within it are looked at as well
        path = self._candidate.bindings.get(node.id)
        if node.id in local or path is None:
            return True
        return path.startswith(self._prefix) or path.rpartition(".")[2][:1].isupper()

    def definition(self, path: str) -> Definition | None:
        """Return the candidate's own function, class or method that a dotted path means; None if it means none."""
        for scope in reversed(self.scopes):
            if path in scope:
                return scope[path]
        own = self.own(path) or ""
        found: Definition | None = None
        members: Mapping[str, Definition] = self._candidate.definitions
        for name in own.split("."):
            found = members.get(name)
            body = found.body if isinstance(found, ast.ClassDef) else []
            members = {member.name: member for member in body if isinstance(member, Definition)}
        return found

    def is_harmless(self, node: ast.Attribute | ast.Subscript, local: set[str]) -> bool:
        """Whether reading, or setting, an attribute or an item changes nothing outside of the candidate."""
        if isinstance(node.ctx, ast.Load):
            return self.path(node) not in READS
        base = node.value
        while isinstance(base, ast.Attribute | ast.Subscript):
            base = base.value
        if not isinstance(base, ast.Name):
            return False
        if base.id not in self._candidate.bindings:
            return base.id in local or base.id in self._candidate.constants
        return base.id not in local and self._is_kept_by_class(node)

    def _is_kept_by_class(self, node: ast.Attribute | ast.Subscript) -> bool:
        """Whether a class of the candidate's own has an attribute, or made what an item of one is of."""
        attribute = node.value if isinstance(node, ast.Subscript) else node
        holder = self.definition(self.path(attribute.value)) if isinstance(attribute, ast.Attribute) else None
        if not (isinstance(holder, ast.ClassDef) and isinstance(attribute, ast.Attribute)):
            return False
        values = (
            each.value
            for each in holder.body
            if isinstance(each, ast.Assign | ast.AnnAssign)
            for target in assignment_targets(each)
            if isinstance(target, ast.Name) and target.id == attribute.attr
        )
        return attribute is node or any(isinstance(value, ast.Dict | ast.List) for value in values)
