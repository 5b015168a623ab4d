"""A spec's contract: what of its source counts as a change, as named parts, over syntax and not bytes.

Signature, annotations, defaults, bases, the decorators below jaunt's, the cleaned docstring and a body that is more
than a stub count. Decorators above it don't: the spec module applies them itself. Nor do comments, formatting, quote
style, the form of a stub body and the spelling of annotations and defaults. The canonical form is our own, as that of
`ast.dump` and `ast.unparse` differs from one Python version to the next.
"""

import ast
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import field

from jaunt.process.frozen import frozen
from jaunt.spec_ref import code_name
from jaunt.specs.cases import case_lines, may_have_cases
from jaunt.specs.digests import AS_SPELLED, CASES, EARLIER_SIGNATURE, is_detail
from jaunt.specs.references import references_of
from jaunt.syntax.canonical import canonical
from jaunt.syntax.nodes import docstring_of
from jaunt.syntax.source import Definition, ModuleSource, clean_docstring, is_stub, own_decorators
from jaunt.syntax.spelling import one_spelling


@frozen
class Contract:
    """What a spec promises, in a form that can be compared and kept.

    `parts` maps a part's name ("signature", "docstring", "body"; for a class "method NAME", for a method "decorators"
    too) to a digest; what "method NAME" is made of is there as well, as "NAME.signature", "NAME.docstring" and
    "NAME.body"; EARLIER_SIGNATURE is there if there are decorators besides jaunt's, parts that begin with AS_SPELLED
    where an earlier reading has other ones, CASES always;
    `references` are the dotted paths that the spec mentions, from which dependencies are inferred;
    `documented` tells whether there is a docstring; `handwritten` maps the names that it mentions of what is written by
    hand in its module to digests.
    """

    parts: dict[str, str]
    references: tuple[str, ...]
    documented: bool
    handwritten: Mapping[str, str] = field(default_factory=dict)


def contract_of(source: ModuleSource, name: str) -> Contract:
    """Return the contract of the function or class `name`; raises KeyError if there is none."""
    docstring = docstring_of(source.definitions[code_name(name)]) or ""
    return Contract(contract_parts(source, name), references_of(source, name), bool(docstring.strip()))


def contract_parts(source: ModuleSource, name: str) -> dict[str, str]:
    """Return the parts of a contract alone, in a third of the time; raises KeyError as `contract_of` does."""
    name = code_name(name)
    node = source.definitions[name]
    overloads = [o for o in source.overloads_of(name) if o is not node]
    own = own_decorators(source, node)
    spelled = [one_spelling(each, source) for each in (node, *overloads)]
    parts = _parts(source, spelled[0], own, spelled[1:])
    if any(new is not old for new, old in zip(spelled, (node, *overloads), strict=True)):
        as_written = _parts(source, node, own, overloads)
        parts |= {f"{AS_SPELLED}{part}": text for part, text in as_written.items() if parts[part] != text}
    if name in source.methods:
        parts["decorators"] = canonical([*source.methods[name].binding])
    others = [decorator for decorator in node.decorator_list if source.spec_decorator(decorator) is None]
    if others:
        parts[EARLIER_SIGNATURE] = _parts(source, node, others, overloads)["signature"]
    digests = {part: _digest(text) for part, text in parts.items()}
    return {**digests, CASES: _cases(node) if may_have_cases(source.text) else ""}


def _cases(node: Definition) -> str:
    """Return the digest of the examples and properties of a spec and its members, "" if there are none."""
    docstrings = [ast.get_docstring(each, clean=False) for each in ast.walk(node) if isinstance(each, Definition)]
    lines = [line for each in docstrings if each for line in case_lines(clean_docstring(each))]
    return _digest("\n".join(lines)) if lines else ""


def _parts(
    source: ModuleSource, node: Definition, decorators: list[ast.expr], overloads: Iterable[Definition] = ()
) -> dict[str, str]:
    head = [type(node).__name__, node.name, canonical(decorators), canonical(getattr(node, "type_params", []))]
    docstring = docstring_of(node)
    body = _body(node.body if docstring is None else node.body[1:])
    parts = {"docstring": clean_docstring(docstring or "")}
    if isinstance(node, ast.ClassDef):
        parts["signature"] = "\n".join([*head, canonical(node.bases), canonical(node.keywords)])
        parts["attributes"] = canonical([s for s in body if not isinstance(s, Definition)])
        for member in (s for s in body if isinstance(s, Definition)):
            # The prefix keeps a method `prompt` apart from the decorator's argument.
            name = f"{'class' if isinstance(member, ast.ClassDef) else 'method'} {member.name}"
            inside = _parts(source, member, member.decorator_list)
            inside = {part: text for part, text in inside.items() if not is_detail(part)}
            # A property's getter and setter, or overloads of one method, share a name.
            parts[name] = parts.get(name, "") + repr(sorted(inside.items()))
            for part, text in inside.items() if not isinstance(member, ast.ClassDef) else ():
                detail = f"{member.name}.{part}"
                parts[detail] = parts.get(detail, "") + text
        return parts
    overloaded = [repr(sorted(_parts(source, o, own_decorators(source, o)).items())) for o in overloads]
    parts["signature"] = "\n".join([*head, canonical(node.args), canonical(node.returns), *overloaded])
    parts["body"] = canonical(body)
    return parts


def _body(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements that do something; none of a stub's do."""
    if all(map(is_stub, statements)):
        return []
    return [s for s in statements if isinstance(s, ast.Raise) or not is_stub(s)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
