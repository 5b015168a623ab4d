"""Stubs in candidates: a required function whose body still stands for a body to come is no answer."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from jaunt.syntax.source import Definition, Function, ModuleSource, last_name
from jaunt.text.flaw import Flaw

_TODO = re.compile(
    r"\b(TODO|FIXME|XXX)\b|(?i:\b(not|to be) (yet )?implemented\b|\bimplement(ation)? (this|me|goes)\b|\byour code\b)"
)
_TODO_COMMENT = re.compile(rf"#.*(?:{_TODO.pattern}|(?i:\bplaceholder\b)).*")
_SENTENCES = re.compile(r"(?<=[.!?;])\s+|(?<!:)\n\s*\n")
_NOTHING = re.compile(r"\b(?:do(?:es)?|doing) nothing\b|\bno-?op\b|^nothing (?:to do|is done)\.?$", re.I)
_NOTHING_OF_IT = re.compile(r"(?!(?:return|yield|raise)s?\b)\w+ nothing\.?$", re.I)
"""All of a docstring: "Log nothing." """
_IN_A_CASE = re.compile(
    r"\b(?:if|when|whenever|while|for|unless|until|where|once|otherwise|else|in case|as soon as|on|to|with|without)\b",
    re.I,
)
_BY_DEFAULT = re.compile(r"\bby default\b|\bdefault implementation\b|\bbase (?:class|implementation)\b", re.I)
_NEGATED = re.compile(r"(?:(?:do(?:es)?n['\u2019]t|do(?:es)? not|never) (\w+)|stops? (\w+)ing\b)", re.I)
_OTHERS = r"(?:sub|child |derived |concrete |inheriting )?class(?:es)?|implementations?|implement[eo]rs?"
"""Who overrides a method: a sentence that begins with them is about that."""
_DONE_BY_OTHERS = r"(?:overrid\w+|overwritten|redefined|(?:re-?)?implemented)"
_IS_HOOK = re.compile(
    r"optional[.:] |(?:optionally,? )?(?:override|overwrite|overload|(?:re-?)?implement) (?:this|it|me|if|when|to|in)\b"
    r"|(?:an? |the )?(?:(?:optional|empty|extension|customi[sz]ation|lifecycle|user|placeholder|default) )?hook"
    r"(?= (?:method|function|point|called|invoked|run|that|which|for)\b| to (?!the\b|an?\b)|[.:,]|$)"
    rf"|(?:optionally,? |here,? |any |all )*(?:{_OTHERS}|plug-?ins?|you) (?:may|can|could|might|should|are free to) "
    r"(?:\w+ )?(?:override|overwrite|implement|redefine|use) "
    rf"|(?:this |it |the |an? )?(?:method |function |callback |hook |placeholder )?(?:that |which )?"
    r"(?:may|can|could|might|should|must|has to|(?:is )?(?:meant|intended|supposed) to|to|is to) "
    rf"be {_DONE_BY_OTHERS}",
    re.I,
)
_IS_CALLED = re.compile(
    r"(?:this |it |the )?(?:method |function |hook )?(?:is |will be |gets )?"
    r"(?:(?:called|invoked|executed|triggered)\b|runs? (?:when|before|after|by|once)\b)",
    re.I,
)
_PARAMETERS = re.compile(r"^[ \t]*(?:(?:Args|Arguments|Parameters):?[ \t]*$|:param\b)", re.M)
_RESULT = re.compile(r"^[ \t]*(?:(?:Returns|Yields|Raises):?[ \t]*$|:(?:returns?|raises?)\b)", re.M)
_IS_FOR_SUBCLASSES = re.compile(
    rf"\b(?:{_OTHERS}) (?:must|should|has to|have to|needs? to|(?:are|is) (?:required|expected) to|implements?)\b"
    r"(?! (?:\w+ )?call\b)"
    r"|\b(?:plug-?ins?|backends?|you) (?:must|should|has to|have to|needs? to) (?:override|implement|redefine)\b"
    r"|^(?:an? )?abstract\b(?! of\b)|\b(?:is|an) abstract\b(?! of\b)|\babstract (?:method|base|class|property)\b"
    rf"|\b(?:must|should|has to|have to|needs? to|to) be {_DONE_BY_OTHERS} (?:by|in)\b"
    rf"|^(?:this |the |it )?(?:method |function )?(?:must|should|has to|needs to|is to) be {_DONE_BY_OTHERS}"
    r"|^(?:override|overwrite|(?:re-?)?implement) (?:this|me|in|to)\b",
    re.I,
)
_NAMES_METHODS = re.compile(rf"\b(?:{_OTHERS}|you)\b.*\b(?:implement|override|overwrite|define|provide)\b", re.I)
"""A sentence in a class's docstring that leaves the methods that it names to others."""
_MAY_BE_EMPTY = {"__post_init__", "__del__", "__exit__", "__aexit__", "__init_subclass__"}
_MAY_GIVE_NONE = {"__enter__", "__aenter__"}
"""What may be empty where its annotation says that it gives nothing, and no docstring what it does."""

_BEGINNING = 8  # characters of a docstring


def stub_errors(candidate: ModuleSource, spec: ModuleSource, names: Sequence[str]) -> list[Flaw]:
    """Return an error for each function or method of the specs `names` that the candidate has no code for.

    No code: a body of `...`, `pass`, a docstring, `raise NotImplementedError` or a TODO alone, and one that only calls
    a function of the candidate that is such a stub. Abstract methods, members of protocols, and an exception that the
    spec's docstring names are no stubs, and so is an empty body where the spec says that nothing is done, or an
    exception where it leaves a method to subclasses.
    """
    errors = []
    for label, wanted, found in _required(candidate, spec, names):
        body = _Bodies(candidate, found.parent, spec, wanted.parent).stub(found.function)
        if body and not (_is_meant(wanted, body) or _is_left_to_subclasses(spec, wanted, body)):
            last = "; if it is to do nothing, its body is `return None`" if _returns_nothing(wanted.function) else ""
            message = (
                f"still has only a stub for its body (`{body}`): write the code that its docstring describes{last}"
            )
            errors.append(Flaw(message, line=found.function.lineno, symbol=label))
    return errors


class _Placed:
    """A function and the class that it is a method of."""

    def __init__(self, function: Function, parent: ast.ClassDef | None = None) -> None:
        self.function = function
        self.parent = parent


def _required(
    candidate: ModuleSource, spec: ModuleSource, names: Sequence[str]
) -> Iterator[tuple[str, _Placed, _Placed]]:
    """Yield each function and method that the specs name and the candidate defines: its name, in the spec, in it."""
    for name in names:
        wanted, found = spec.definitions.get(name), _aliased(candidate, name)
        if isinstance(wanted, Function) and isinstance(found, Function):
            yield name, _Placed(wanted), _Placed(found)
        elif isinstance(wanted, ast.ClassDef) and isinstance(found, ast.ClassDef):
            yield from _methods(wanted, found, name)


def _aliased(module: ModuleSource, name: str) -> Definition | None:
    alias = module.constants.get(name)
    return module.definitions.get(name) or module.definitions.get(alias.id if isinstance(alias, ast.Name) else "")


def _methods(wanted: ast.ClassDef, found: ast.ClassDef, label: str) -> Iterator[tuple[str, _Placed, _Placed]]:
    if any(last_name(base) == "Protocol" for base in wanted.bases):
        return
    own = dict(_members(found))
    abstract = {name for (name, _), each in _members(wanted) if isinstance(each, Function) and _is_abstract(each)}
    for key, member in _members(wanted):
        given = own.get(key)
        if isinstance(member, ast.ClassDef) and isinstance(given, ast.ClassDef):
            yield from _methods(member, given, f"{label}.{member.name}")
        elif (
            isinstance(member, Function)
            and isinstance(given, Function)
            and not (
                _is_abstract(member) or (key[1] and key[0] in abstract)  # what sets an abstract property is as well
            )
        ):
            yield f"{label}.{member.name}", _Placed(member, wanted), _Placed(given, found)


def _members(node: ast.ClassDef) -> Iterator[tuple[tuple[str, str], Definition]]:
    """Yield the methods and inner classes, each by its name and whether it is a property's setter or deleter."""
    for member in node.body:
        if isinstance(member, Definition):
            marks = [last_name(decorator) for decorator in member.decorator_list]
            if "overload" not in marks:
                yield (member.name, next((mark for mark in marks if mark in {"setter", "deleter"}), "")), member


def _is_abstract(function: Function) -> bool:
    return any(last_name(decorator).startswith("abstract") for decorator in function.decorator_list)


class _Bodies:
    """The functions of a candidate and the methods of one of its classes, by what `f(...)` and `self.f(...)` name."""

    def __init__(
        self,
        candidate: ModuleSource,
        parent: ast.ClassDef | None,
        spec: ModuleSource | None = None,
        wanted: ast.ClassDef | None = None,
    ) -> None:
        """`spec` and the class in it, `wanted`, tell which methods others are to implement."""
        self._candidate = candidate
        stubs = wanted.body if spec is not None and wanted is not None else []
        self._left = {
            each.name
            for each in stubs
            if spec is not None and isinstance(each, Function)
            if _is_left_to_subclasses(spec, _Placed(each, wanted), "raise NotImplementedError")
        }
        members = dict(_members(parent)) if parent else {}
        self._methods: Mapping[str, Definition] = {
            name: node for (name, accessor), node in members.items() if not accessor
        }

    def stub(self, function: Function, above: tuple[Function, ...] = ()) -> str:
        """Return what stands in place of a function's body, "" if it has one."""
        body = [statement for statement in function.body if statement is not _docstring(function)]
        if not body:
            return ast.unparse(function.body[0]).splitlines()[0]
        first = _first_that_counts(body)
        if _raises_not_implemented(first):
            return ast.unparse(first)
        if all(map(_is_placeholder, body)) or _gives_up(function, first):
            return ast.unparse(first)
        if all(map(_is_trivial, body)) and (todo := self._todo(function)):
            return todo
        called = self._called(body[0]) if len(body) == 1 else None
        if called is function and _hands_on_arguments(first):
            return ast.unparse(first)
        return self.stub(called, (*above, function)) if called and called not in above else ""

    def _todo(self, function: Function) -> str:
        """Return the TODO in a function that does nothing else, "" for none."""
        lines = self._candidate.text.split("\n")[function.lineno - 1 : function.end_lineno]
        if comment := _TODO_COMMENT.search("\n".join(lines)):
            return comment[0].strip()
        said = [ast.unparse(each) for each in function.body if isinstance(each, ast.Expr | ast.Assert)]
        if _docstring(function):
            said[0] = said[0][:_BEGINNING]  # "TODO list" in the midst of a docstring is none
        return next((text for text in said if _TODO.search(text)), "")

    def _called(self, statement: ast.stmt) -> Function | None:
        """Return the function of the candidate that a statement does no more than call."""
        call = getattr(statement, "value", None)
        call = call.value if isinstance(call, ast.Await) else call
        if not (isinstance(statement, ast.Return | ast.Expr) and isinstance(call, ast.Call)):
            return None
        match call.func:
            case ast.Name(id=name):
                called = self._candidate.definitions.get(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                called = self._methods.get(name)
            case _:
                called = None
        # An abstract one stands for that of a subclass.
        is_left = isinstance(call.func, ast.Attribute) and call.func.attr in self._left
        return called if isinstance(called, Function) and not is_left and not _is_abstract(called) else None


def _docstring(function: Function) -> ast.stmt | None:
    return None if ast.get_docstring(function, clean=False) is None else function.body[0]


def _first_that_counts(body: Sequence[ast.stmt]) -> ast.stmt:
    """Return the first statement after those that only drop arguments, bind a name or print a text; else the first.

    An error that was bound to a name stands for that name where it is raised.
    """
    bound: dict[str, ast.expr] = {}
    for statement in body:
        match statement:
            case ast.If(test=ast.Constant(value=value)) if value:
                return _first_that_counts(statement.body)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if not (_is_fixed(value) or isinstance(value, ast.Name) or _is_not_implemented(value)):
                    return statement
                bound[name] = value
            case ast.Raise(exc=ast.Name(id=name)) if name in bound:
                return ast.copy_location(ast.Raise(bound[name]), statement)
            case ast.Delete() | ast.Pass():
                pass
            case ast.Expr(value=value) if isinstance(value, ast.Constant) or last_name(value) == "print":
                pass
            case _:
                return statement
    return body[0]


def _hands_on_arguments(statement: ast.stmt) -> bool:
    """Whether the arguments of a statement's call are names as they stand."""
    call = next(each for each in ast.walk(statement) if isinstance(each, ast.Call))
    return all(isinstance(each, ast.Name) for each in [*call.args, *(k.value for k in call.keywords)])


def _gives_up(function: Function, statement: ast.stmt) -> bool:
    """Whether a statement returns what stands for a result to come; operators return NotImplemented, and may."""
    if not isinstance(statement, ast.Return):
        return False
    if isinstance(statement.value, ast.Constant):
        return statement.value.value is ...
    return getattr(statement.value, "id", "") == "NotImplemented" and not function.name.startswith("__")


def _is_placeholder(statement: ast.stmt) -> bool:
    """Whether a statement stands for one to come; a text of its own is a remark."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) and (statement.value.value is ... or _is_text(statement.value))
    return isinstance(statement, ast.Pass) or _raises_not_implemented(statement)


def _raises_not_implemented(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Raise):
        return False
    said = [each.value for each in ast.walk(statement) if isinstance(each, ast.Constant) and _is_text(each)]
    return _is_not_implemented(statement.exc) or any(map(_TODO.search, map(str, said)))


def _is_not_implemented(error: ast.expr | None) -> bool:
    return last_name(error).startswith("NotImplemented")


def _is_text(node: ast.Constant) -> bool:
    return isinstance(node.value, str)


def _is_trivial(statement: ast.stmt) -> bool:
    """Whether a statement computes nothing: it returns a constant or what is there, prints a text, or is a stub."""
    if _is_placeholder(statement):
        return True
    if isinstance(statement, ast.Return):
        return statement.value is None or isinstance(statement.value, ast.Name) or _is_fixed(statement.value)
    if isinstance(statement, ast.Expr):
        return last_name(statement.value) == "print"
    return isinstance(statement, ast.Assert) and _is_fixed(statement.test)


def _is_fixed(node: ast.expr) -> bool:
    return not any(isinstance(each, ast.Name | ast.Call | ast.Attribute) for each in ast.walk(node))


def _is_meant(wanted: _Placed, body: str) -> bool:
    """Whether the spec asks for just such a body."""
    docstring = ast.get_docstring(wanted.function) or ""
    around = (ast.get_docstring(wanted.parent) or "") if wanted.parent else ""
    if body.startswith("raise"):
        raised = re.match(r"raise ([\w.]+)", body)
        return raised is not None and raised[1].rpartition(".")[2] in f"{docstring} {around}"
    if body == "..." or _TODO.search(body) or not _returns_nothing(wanted.function):
        return False
    has_nothing_to_keep = wanted.function.name == "__init__" and len(wanted.function.args.args) == 1
    if has_nothing_to_keep or wanted.function.name in _MAY_BE_EMPTY:
        return True
    if wanted.function.name in _MAY_GIVE_NONE and wanted.function.returns and not docstring:
        return True
    if _says_nothing_is_done(docstring) or _says_it_is_not_done(wanted.function.name, docstring):
        return True
    return wanted.parent is not None and _is_hook(docstring)


def _sentences(docstring: str) -> list[str]:
    return [" ".join(each.split()) for each in _SENTENCES.split(docstring) if each.strip()]


def _says_nothing_is_done(docstring: str) -> bool:
    """Whether a docstring says that nothing is done, and not only in some case."""
    sentences = _sentences(docstring)
    return bool(_NOTHING_OF_IT.match(docstring)) or any(
        (found := _NOTHING.search(each))
        and (found[0] == each or _BY_DEFAULT.search(each) or not _IN_A_CASE.search(each))
        for each in sentences
    )


def _says_it_is_not_done(name: str, docstring: str) -> bool:
    """Whether all that a docstring says is that a function doesn't do what its name says."""
    negated = _NEGATED.match(docstring)
    return (
        negated is not None
        and len(_sentences(docstring)) == 1
        and (negated[1] or negated[2]).lower() in name.split("_")
    )


def _is_hook(docstring: str) -> bool:
    """Whether a docstring is that of a hook: that it may be overridden comes before whatever else it asks for.

    Before that, it may be said when it is called, or be all that is said, but for the parameters.
    """
    sentences = _sentences(_PARAMETERS.split(docstring)[0])
    first = next((each for each in sentences if not _IS_CALLED.match(each)), "")
    return bool(sentences) and (not first or bool(_IS_HOOK.match(first))) and not _RESULT.search(docstring)


def _is_left_to_subclasses(spec: ModuleSource, wanted: _Placed, body: str) -> bool:
    """Whether a method may only raise: its docstring or its class's says so, or it has none and classes override it.

    A `_BaseReader.read` is such a one, say; without a docstring, `pass` does as well.
    """
    if wanted.parent is None or not body.startswith(("raise NotImplemented", "pass")):
        return False
    name, docstring = wanted.function.name, ast.get_docstring(wanted.function)
    if body == "pass" and docstring:
        return False
    about = [each for each in _sentences(ast.get_docstring(wanted.parent) or "") if re.search(rf"\b{name}\b", each)]
    if any(map(_IS_FOR_SUBCLASSES.search, _sentences(docstring or ""))) or any(map(_NAMES_METHODS.search, about)):
        return True
    if docstring:
        return False
    classes = (node for node in spec.definitions.values() if isinstance(node, ast.ClassDef))
    below = [node for node in classes if wanted.parent.name in map(last_name, node.bases)]
    return any(name == member.name for node in below for _, member in _members(node))


def _returns_nothing(function: Function) -> bool:
    return function.returns is None or (isinstance(function.returns, ast.Constant) and function.returns.value is None)
