"""What of a module's specs is called to compare versions of its code: functions, and classes by their methods."""

import ast
import copy
import re
from collections.abc import Collection, Iterator, Sequence

from jaunt.checks.behaviour.comparison.asked import Member, Subject
from jaunt.plan.module_work import ModuleWork
from jaunt.syntax.source import Function, parse_or_none

_LONGEST_CONSTANT = 12  # characters of a text in the code that may be a word of its inputs
_MOST_CONSTANTS = 40
_HIGHEST = 100_000
_EXAMPLE = re.compile(r"^\s*(>>>|\.\.\.).*$", re.M)
_QUOTED = re.compile(r"(['\"`])([^'\"`\n]{1,12})\1")  # in a docstring's words
_NUMBER = re.compile(r"\b\d{1,6}\b")
_NOT_CALLED = {"__init__", "__new__", "__post_init__", "__init_subclass__", "__class_getitem__", "__del__"}


def subjects_of(work: ModuleWork, sources: Sequence[str], only: Collection[str] | None = None) -> list[Subject]:
    """Return what is to be compared of versions of a module's code, by qualified name of the specs `only`, in order."""
    found: dict[str, Subject] = {}
    for qualname in only if only is not None else [entry.qualname for entry in work.entries]:
        name = qualname.partition(".")[0]
        node = work.spec.definitions.get(name)
        if name not in found and isinstance(node, Function | ast.ClassDef):
            found[name] = _subject(node, sources)
    return [*found.values()]


def _subject(node: Function | ast.ClassDef, sources: Sequence[str]) -> Subject:
    is_class = isinstance(node, ast.ClassDef)
    texts, numbers = _constants(node, sources)
    return Subject(
        name=node.name,
        definition="" if isinstance(node, ast.ClassDef) else _stub(node),
        members=[*_members(node)] if isinstance(node, ast.ClassDef) else [],
        is_class=is_class,
        texts=texts,
        numbers=numbers,
        about="\n".join(_docstrings(node)),
    )


def _members(node: ast.ClassDef) -> Iterator[Member]:
    """Yield the methods and properties of a class that are called, those that Python calls by a sign among them."""
    for each in node.body:
        is_called = isinstance(each, Function) and each.name not in _NOT_CALLED
        if not is_called or (each.name.startswith("_") and not each.name.endswith("__")):
            continue
        kinds = {ast.unparse(decorator).rpartition(".")[2] for decorator in each.decorator_list}
        if kinds & {"setter", "deleter", "overload"}:
            continue
        if kinds & {"property", "cached_property"}:
            yield Member(name=each.name, kind="property", definition="")
        else:
            is_bound = bool(kinds & {"staticmethod", "classmethod"})
            stub = _stub(each, without_first="staticmethod" not in kinds)
            yield Member(name=each.name, kind="bound" if is_bound else "method", definition=stub)


def _stub(node: Function, *, without_first: bool = False) -> str:
    """Return a function's signature as a stub of its own."""
    bare = copy.deepcopy(node)
    body: list[ast.stmt] = [ast.Expr(ast.Constant(...))]
    bare.decorator_list, bare.body = [], body
    if without_first:
        first = bare.args.posonlyargs or bare.args.args
        if first:
            del first[0]
        most = len(bare.args.posonlyargs) + len(bare.args.args)
        bare.args.defaults = bare.args.defaults[max(0, len(bare.args.defaults) - most) :]
    return ast.unparse(ast.fix_missing_locations(bare))


def _constants(node: ast.AST, sources: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return the texts and the numbers of a spec, and the short ones in versions of its code.

    Those of a spec stand in its examples, its defaults, and in the words of its docstring.
    """
    texts: dict[str, None] = {}
    numbers: dict[int, None] = {}
    for tree in (*_examples(node), *_defaults(node)):
        _collect(tree, texts, numbers, longest=1000)
    for text in _docstrings(node):
        told = _EXAMPLE.sub("", text)
        texts.update(dict.fromkeys(quoted for _, quoted in _QUOTED.findall(told)))
        numbers.update(dict.fromkeys(n for n in map(int, _NUMBER.findall(told)) if n <= _HIGHEST))
    short: dict[str, None] = {}
    others: dict[int, None] = {}
    for source in sources:
        tree = parse_or_none(source)
        if tree is not None:
            _collect(tree, short, others, longest=_LONGEST_CONSTANT)
    known = [*texts, *sorted({*short} - {*texts})]
    limits = [*sorted(numbers), *sorted({*others} - {*numbers})]
    return known[:_MOST_CONSTANTS], limits[:_MOST_CONSTANTS]


def _docstrings(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, Function | ast.ClassDef):
            yield ast.get_docstring(each) or ""


def _defaults(node: ast.AST) -> Iterator[ast.AST]:
    for each in ast.walk(node):
        if isinstance(each, ast.arguments):
            yield from [*each.defaults, *filter(None, each.kw_defaults)]


def _examples(node: ast.AST) -> Iterator[ast.AST]:
    for text in _docstrings(node):
        yield from filter(None, map(parse_or_none, _sources(text)))


def _sources(text: str) -> list[str]:
    """Return the examples of a docstring; `doctest` takes 40 ms to import, for a build that replaced code."""
    found: list[list[str]] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith(">>> "):
            found.append([line[4:]])
        elif line.startswith("...") and found:
            found[-1].append(line[4:])
    return ["\n".join(lines) for lines in found]


def _collect(tree: ast.AST, texts: dict[str, None], numbers: dict[int, None], *, longest: int) -> None:
    for each in ast.walk(tree):
        value = each.value if isinstance(each, ast.Constant) else None
        if isinstance(value, str) and 0 < len(value) <= longest:
            texts[value] = None
        elif type(value) is int and abs(value) <= _HIGHEST:
            numbers[value] = None
