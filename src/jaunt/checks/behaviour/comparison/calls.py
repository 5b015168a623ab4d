"""Calls of one version's code, in the sandbox: what comes of each, and the lines that settle it in a docstring."""

import ast
import asyncio
import contextlib
import inspect
import io
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from keyword import iskeyword
from typing import Any, NamedTuple

from jaunt.checks.behaviour.comparison.asked import RAISES, Step, Subject
from jaunt.checks.behaviour.comparison.inputs import CALLS, CONSTRUCTOR, LEFT_OUT
from jaunt.checks.behaviour.comparison.source_text import hidden, imports_for, source_of
from jaunt.checks.behaviour.comparison.values import (
    EXACTLY,
    NEGATIVE_ZERO,
    ROUGHLY,
    SIGNED,
    cut,
    holds_nan,
    holds_set,
    key_of,
    shown,
)
from jaunt.checks.behaviour.search import require_built
from jaunt.process.boundary import caught

_MOST_ITEMS = 1000  # of an iterator
_AWAITED, _READ = "asyncio.run({})", "list({})"
_IMPORTS = [">>> import asyncio"]
_MUTABLE = (list, dict, set, bytearray)  # of which it matters whether a result is the argument itself


class Given(NamedTuple):
    """What a call gave once it has ended: a value, or the items of an iterator, and how it was got at in a docstring.

    `form` has the call in the place of "{}"; it is "" where no line of a docstring can do so.
    """

    value: Any
    form: str = "{}"
    kind: str = ""


def steps_of(subject: Subject, names: Mapping[str, Any], values: Mapping[str, Any]) -> list[Step]:
    """Return what comes of one input: of a function's call; or of making an instance, and of each call on it."""
    name = subject["name"]
    if not subject["is_class"]:
        return [_step(_Call(names[name], name, subject["definition"], dict(values)))]
    own = {each.removeprefix(CONSTRUCTOR): value for each, value in values.items() if each.startswith(CONSTRUCTOR)}
    variable = _variable(name)
    made: list[Any] = []
    steps = [_step(_Call(names[name], name, "", own), made=made, variable=variable)]
    definitions = {each["name"]: each for each in subject["members"]}
    for method, arguments in values[CALLS] if made else ():
        member = definitions[method]
        owner, label = (names[name], name) if member["kind"] == "bound" else (made[0], variable)
        if member["kind"] == "property":
            steps.append(_step(_Call(lambda m=method: getattr(made[0], m), f"{label}.{method}", "", {}, is_read=True)))
        else:
            bound = _Bound(owner, method)
            steps.append(_step(_Call(bound, f"{label}.{method}", member["definition"], dict(arguments))))
    return steps


class _Bound(NamedTuple):
    """A method by its name: one that a version lacks is an error of its call."""

    owner: Any
    name: str

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return getattr(self.owner, self.name)(*arguments, **named)


def _variable(name: str) -> str:
    lowered = name.lower()
    return "it" if lowered == name or iskeyword(lowered) else lowered


class _Call(NamedTuple):
    """A call: what is called, how it is written, its stub and its arguments by name."""

    function: Callable[..., Any]
    label: str
    definition: str
    arguments: dict[str, Any]
    is_read: bool = False

    @property
    def given(self) -> dict[str, Any]:
        """The arguments that are not left to their defaults."""
        return {name: value for name, value in self.arguments.items() if value is not LEFT_OUT}

    def split(self) -> tuple[list[str], list[str]]:
        """Return the names of the arguments that are given by their place, and by name."""
        given = self.given
        parameters = _parameters(self.definition) if self.definition else inspect.signature(self.function).parameters
        by_place: list[str] = []
        for name, parameter in parameters.items():
            is_required = parameter.default is parameter.empty and parameter.kind is not parameter.KEYWORD_ONLY
            if name not in given or not (is_required or parameter.kind is parameter.POSITIONAL_ONLY):
                break
            by_place.append(name)
        return by_place, [name for name in given if name not in by_place]


@lru_cache(maxsize=64)
def _parameters(definition: str) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of a stub, by name; its annotations and defaults are not evaluated."""
    made: dict[str, Any] = {}
    exec(compile(_bare(definition), "<spec>", "exec", dont_inherit=True), made)
    function = next(value for name, value in made.items() if name != "__builtins__")
    return inspect.signature(function).parameters


def _bare(definition: str) -> str:
    tree: Any = compile(definition, "<spec>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    function = tree.body[-1]
    for each in [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]:
        each.annotation = None
    for each in filter(None, [function.args.vararg, function.args.kwarg]):
        each.annotation = None
    function.returns = None
    function.args.defaults = [ast.Constant(None) for _ in function.args.defaults]
    function.args.kw_defaults = [each and ast.Constant(None) for each in function.args.kw_defaults]
    return ast.unparse(function)


def _step(call: _Call, made: list[Any] | None = None, variable: str = "") -> Step:
    """Make a call and return what came of it; an instance goes into `made`."""
    by_place, by_name = call.split() if not call.is_read else ([], [])
    given = call.given
    written = {name: source_of(value) for name, value in given.items()}
    texts = [written[name] or shown(given[name]) for name in by_place]
    texts += [f"{name}={written[name] or shown(given[name])}" for name in by_name]
    text = call.label if call.is_read else f"{call.label}({', '.join(texts)})"
    before = {name: key_of(value, EXACTLY, []) for name, value in given.items()}
    begun: list[Any] = []
    found: list[Given] = []
    out = io.StringIO()

    def run() -> None:
        with contextlib.redirect_stdout(out):
            begun.append(call.function(*(given[name] for name in by_place), **{name: given[name] for name in by_name}))
            found.append(Given(begun[0]) if made is not None else _ended(begun[0]))

    error = caught(run)
    require_built(error)
    changed = {n: value for n, value in given.items() if key_of(value, EXACTLY, []) != before[n]}
    if made is not None and error is None:
        made.append(found[0].value)
        step = Step(call=f"{variable} = {text}", key="made", exact="made", shown="an instance", lines=[])
    else:
        step = _raised(error, text, _form_of(begun)) if error is not None else _gave(found[0], text, given)
    if changed:
        step["changed"] = {name: source_of(value) for name, value in changed.items()}
    if changed or "alias" in step:
        step["parts"] = [(name, "", written[name]) for name in by_place]
        step["parts"] += [(name, f"{name}=", written[name]) for name in by_name]
    told = {name: shown(value) for name, value in changed.items()}
    return _with_effects(step, text, out.getvalue(), told, None not in written.values())


def _with_effects(step: Step, text: str, printed: str, changed: Mapping[str, str], is_written: bool) -> Step:
    """Return a step with what the call printed, and what it made of its arguments."""
    if not is_written:
        step["lines"], step["vague"] = [], True
    if printed:
        step["shown"] += f", and prints {shown(printed)}"
        is_blank = any(not line.strip() for line in printed.splitlines())
        simple = step["lines"][:1] == [f">>> {text} is None"]
        step["lines"] = [f">>> {text}", *printed.splitlines()] if simple and not is_blank else []
    for name, value in changed.items():
        step["shown"] += f", and makes {name} {value}"
    effects = repr((printed, sorted(changed.items()))) if printed or changed else ""
    step["key"], step["exact"] = step["key"] + effects, step["exact"] + effects
    if step["lines"]:
        step["lines"] = [*imports_for("\n".join(step["lines"])), *step["lines"]]
    return step


def _form_of(begun: Sequence[Any]) -> str:
    """Return how a docstring gets at the error of a call that may have begun: one that is to be awaited, or read."""
    if not begun:
        return "{}"
    if inspect.iscoroutine(begun[0]):
        return _AWAITED
    return "" if isinstance(begun[0], AsyncIterator) else _READ


def _raised(error: BaseException, text: str, form: str) -> Step:
    kind, detail = type(error).__qualname__, hidden(str(error))
    called = form.replace("{}", text)
    lines = [f">>> {called}{RAISES}", "Traceback (most recent call last):", "    ...", kind]
    lines = [*(_IMPORTS if form == _AWAITED else []), *lines] if form else []
    said = f"{kind}: {cut(detail)}" if detail else kind
    return Step(
        call=text,
        key=f"raises {kind}",
        exact=f"raises {kind}: {detail}",
        shown=said,
        lines=lines,
        raised=kind,
        detail=detail,
    )


def _gave(given: Given, text: str, arguments: Mapping[str, Any]) -> Step:
    opaque: list[str] = []
    key, exact = (f"{given.kind}{key_of(given.value, digits, opaque)}" for digits in (ROUGHLY, EXACTLY))
    said = f"{given.kind}{shown(given.value)}"
    step = Step(call=text, key=key, exact=exact, shown=said, lines=_lines(given, text))
    if opaque:
        step["opaque"] = opaque[0]
    if NEGATIVE_ZERO in exact:
        step["zero"] = key_of(given.value, SIGNED, [])
    own = [name for name, each in arguments.items() if each is given.value and isinstance(each, _MUTABLE)]
    if own:
        step["alias"] = own[0]
    return step


def _lines(given: Given, text: str) -> list[str]:
    """Return an example that shows what a call gave; nothing where none can."""
    source = source_of(given.value)
    if not given.form or source is None:
        return []
    call = given.form.replace("{}", text)
    first = _IMPORTS if given.form == _AWAITED else []
    if given.value is None:
        return [*first, f">>> {call} is None", "True"]
    if holds_nan(given.value) and not holds_set(given.value):
        return [*first, f">>> {call}", repr(given.value)]
    if holds_set(given.value) or repr(given.value) != source:
        return [*first, f">>> {call} == {source}", "True"]
    return [*first, f">>> {call}", source]


def _ended(result: Any) -> Given:
    """Wait for what a call gives, and read what is to be read: a coroutine, an iterator, a context manager."""
    if inspect.iscoroutine(result):
        return Given(asyncio.run(result), _AWAITED)
    if isinstance(result, AsyncIterator):
        return Given(asyncio.run(_read(result)), "", "yields ")
    if isinstance(result, Iterator):
        items = [*itertools.islice(result, _MOST_ITEMS)]
        return Given(items, _READ, "yields ")
    if isinstance(result, contextlib.AbstractContextManager) and hasattr(result, "gen"):
        with result as inner:
            return Given(inner, "", "in its block ")
    return Given(result)


async def _read(items: AsyncIterator[Any]) -> list[Any]:
    found: list[Any] = []
    async for each in items:
        found.append(each)
        if len(found) == _MOST_ITEMS:
            break
    return found
