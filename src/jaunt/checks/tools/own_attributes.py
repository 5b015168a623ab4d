"""What no type checker can know of a method's code outside of its class, told them by comments on its lines.

That `self._Cart__x` is what the class calls `self.__x`, and that the abstract method which `super()` calls has code: to
mypy, pyright and ty it is a stub. A person's own comment of this kind stays as it is.
"""

import ast
import io
import tokenize
from collections.abc import Iterator, Sequence

from jaunt import codes
from jaunt.checks.severity import Severity
from jaunt.checks.static.own_class import private_name
from jaunt.checks.static.rewriting import MethodRewritings
from jaunt.project.project import Project
from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.methods import Method
from jaunt.syntax.source import Function, ModuleSource, last_name

NAME = "own_attributes"
DEFAULT = None
CODE = codes.OWN_CLASS

_PRIVATE, _ABSTRACT = ("attr-defined", "ty:missing-attribute"), ("safe-super",)


def make_check(project: Project, severity: Severity) -> MethodRewritings:
    """Return the check for a run."""
    return MethodRewritings(NAME, with_comments)


def with_comments(source: str, spec: ModuleSource, names: Sequence[str]) -> str:
    """Return a candidate with a comment on each line of a method's function that type checkers would be wrong about.

    A line that has one, or that ends within a text, stays as it is, and so does what can't be parsed.
    """
    told = _told(source, spec, names)
    if not told:
        return source
    lines, ends = source.split("\n"), _ends_of_code(source)
    for number, comment in told.items():
        line = lines[number - 1]
        if number in ends and "type: ignore" not in line:
            code, rest = line[: ends[number]].rstrip(), line[ends[number] :].strip()
            lines[number - 1] = "  ".join([code, comment, *([rest] if rest else [])])
    return "\n".join(lines)


def without_comments(source: str, spec: ModuleSource, names: Sequence[str]) -> str:
    """Return generated code without what `with_comments` has added."""
    lines = source.split("\n")
    for number, comment in _told(source, spec, names).items():
        lines[number - 1] = lines[number - 1].replace(f"  {comment}", "", 1)
    return "\n".join(lines)


def _told(source: str, spec: ModuleSource, names: Sequence[str]) -> dict[int, str]:
    """Return the lines that type checkers are wrong about, each with its comment."""
    methods = {name: spec.methods[name] for name in names if name in spec.methods}
    candidate, _ = parse_candidate(source, module=spec.module) if methods else (None, [])
    if candidate is None:
        return {}
    rules: dict[int, list[str]] = {}
    for name, method in methods.items():
        for line, found in _unknown(candidate.definitions.get(name), method, spec):
            rules.setdefault(line, []).extend(found)
    return {line: f"# type: ignore[{', '.join(dict.fromkeys(found))}]" for line, found in rules.items()}


def _unknown(function: ast.stmt | None, method: Method, spec: ModuleSource) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the lines that a type checker is wrong about, and the rules by which."""
    owner = method.owners[-1].name
    for node in ast.walk(function) if isinstance(function, Function) else ():
        if not isinstance(node, ast.Attribute):
            continue
        own = node.attr.removeprefix(f"_{owner.lstrip('_')}")
        if own != node.attr and private_name(owner, own) == node.attr:
            yield node.end_lineno or node.lineno, _PRIVATE
        is_super = isinstance(node.value, ast.Call) and last_name(node.value.func) == "super"
        if is_super and _is_abstract_spec(spec, method.owners[-1], node.attr):
            yield node.end_lineno or node.lineno, _ABSTRACT


def _is_abstract_spec(spec: ModuleSource, owner: ast.ClassDef, name: str) -> bool:
    """Whether what a class inherits by a name, from a class of its module, is an abstract method that is a spec."""
    for base in (spec.definitions.get(last_name(each) or "") for each in owner.bases):
        if not isinstance(base, ast.ClassDef) or base is owner:
            continue
        own = [each for each in base.body if isinstance(each, Function) and each.name == name]
        for each in own:
            is_spec = any(spec.spec_decorator(d) is not None for d in each.decorator_list)
            return is_spec and any((last_name(d) or "").startswith("abstract") for d in each.decorator_list)
        if _is_abstract_spec(spec, base, name):
            return True
    return False


def _ends_of_code(source: str) -> dict[int, int]:
    """Return where the code of each line ends that may have a comment behind it."""
    ends: dict[int, int] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.COMMENT, tokenize.NEWLINE, tokenize.NL):
            ends.setdefault(token.start[0], token.start[1])
    return ends
