"""Trials of a candidate, in the sandbox: a property, or calls of a function, on drawn inputs; the smallest that fails.

The same inputs are drawn on every machine.
"""

import ast
import asyncio
import inspect
import json
from collections.abc import Iterable, Mapping
from types import FunctionType
from typing import Any, TypedDict

from jaunt.checks.behaviour.calling import Called, callee_of, kinds_of, strategy_of, trial_of_call, undecorated
from jaunt.checks.behaviour.concealed import Caller, hypothesis, revealed, strategies
from jaunt.checks.behaviour.drawing import be_moderate, draw, draw_before, drawn_before
from jaunt.checks.behaviour.search import Report, Search, Trial, Unmet, in_words, require_built, shown
from jaunt.checks.examiner.protocol import Drawn
from jaunt.process.boundary import caught


class Asked(TypedDict):
    """A property: see `section.Property`. `seconds` is how long inputs are drawn, `examples` how many at most."""

    inputs: list[list[str]]
    assuming: str
    claim: str
    seconds: float
    examples: int
    filename: str


def _warm_up() -> None:
    """Have Hypothesis load and work out what it does but once: a sandbox that stays pays for it once."""
    with revealed():
        kinds = (str, int, list[int], dict[str, float], bool)
        draw({f"x{index}": strategies.from_type(kind) for index, kind in enumerate(kinds)}, 5, lambda values: None)


def prepare(drawn: Iterable[Drawn]) -> None:
    """Draw what can be drawn before a candidate is there."""
    draw_before(drawn)


def try_property(names: dict[str, Any], asked: Asked) -> str:
    """Return what comes of a property, a `Report` as JSON; `names` are the spec module's and the candidate's."""
    with revealed():
        drawn: dict[str, Any] = {}
        for name, kind in asked["inputs"]:
            try:
                value = eval(kind, {"st": strategies, **names})
                drawn[name] = _strategy(eval(value, names) if isinstance(value, str) else value)
            except (hypothesis.errors.HypothesisException, NameError, TypeError, AttributeError) as error:
                return json.dumps({"tried": 0, "spec": f"no values can be drawn for `{name}: {kind}`: {error}"})
        search = Search(_claim(names, asked), asked["seconds"], asked["examples"])
        report = search.run(drawn)
    if not report["tried"] and "failure" not in report and "spec" not in report:
        meets = f" that meets `assuming {asked['assuming']}`" if asked["assuming"] else ""
        report["spec"] = f"no input was found{meets}"
    return json.dumps(report)


def try_calls(names: dict[str, Any], asked: Called) -> str:
    """Return what comes of calls of a function with inputs drawn from its annotations, a `Report` as JSON.

    Nothing is tried where no input can be drawn.
    """
    reports: list[Report] = []
    caught(lambda: reports.append(_calls(names, asked)))  # which raises if it needs code that is not built
    return json.dumps(reports[0] if reports and "spec" not in reports[0] else {"tried": 0})


def _calls(names: dict[str, Any], asked: Called) -> Report:
    callee = undecorated(names, asked) if asked.get("is_wrapped") else callee_of(names, asked["name"])
    kinds = kinds_of(callee) if callee is not None else None
    if callee is None or kinds is None:
        return {"tried": 0}
    search = Search(trial_of_call(callee, asked), asked["seconds"], asked["examples"])
    before = drawn_before(kinds, asked["examples"])
    report = search.replay(before) if before is not None else None
    if report is not None:
        return report
    with revealed():
        be_moderate()
        report = search.run({name: strategy_of(kind) for name, kind in kinds.items()})
    # A type of the project's own takes less than its hints say: the candidate can't be blamed for that.
    return {"tried": 0} if report.get("undrawn") else report


def _strategy(kind: Any) -> Any:
    """Return the strategy that a type, a strategy, or a function that makes one stands for."""
    if isinstance(kind, FunctionType):
        kind = kind()
    if not isinstance(kind, strategies.SearchStrategy):
        return strategy_of(kind)
    kind.validate()
    return kind


def _claim(names: dict[str, Any], asked: Asked) -> Trial:
    """Return the trial of a property."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    assuming, claim = (
        compile(each or "True", "<property>", "eval", flags) for each in (asked["assuming"], asked["claim"])
    )
    sides = _sides(asked["claim"], flags)

    def value(code: Any, drawn: Mapping[str, Any]) -> Any:
        result = eval(code, {**names, **drawn})
        return asyncio.run(result) if inspect.iscoroutine(result) else result

    def hold(drawn: Mapping[str, Any]) -> tuple[bool, bool]:
        return (True, bool(value(claim, drawn))) if value(assuming, drawn) else (False, True)

    def attempt(drawn: dict[str, Any], caller: Caller) -> str | None:
        found, error = caller.call(lambda: hold(drawn))
        require_built(error)
        if error is not None:
            return f"raises {in_words(error, asked['filename'])}"
        counts, holds = found
        if not counts:
            raise Unmet
        if holds:
            return None
        given, error = caller.call(lambda: [shown(value(side, drawn)) for side in sides])
        if error is not None or not given:
            return "is not true"
        return f"{given[0]} {_operator(asked['claim'])} {given[1]} is not true"

    return attempt


def _tree(claim: str) -> Any:
    """Return an expression, parsed: without `ast.parse` and its lock, which jaunt's own process needs."""
    tree: Any = compile(claim, "<property>", "eval", ast.PyCF_ONLY_AST)
    return tree.body


def _sides(claim: str, flags: int) -> list[Any]:
    """Return the two sides of a comparison, compiled; none for another expression."""
    match _tree(claim):
        case ast.Compare(left=left, comparators=[right]):
            return [compile(ast.Expression(side), "<property>", "eval", flags) for side in (left, right)]
    return []


def _operator(claim: str) -> str:
    compared = _tree(claim)
    assert isinstance(compared, ast.Compare)
    plain = ast.Compare(ast.Name("a"), compared.ops, [ast.Name("b")])
    return ast.unparse(plain)[2:-2]


_warm_up()
