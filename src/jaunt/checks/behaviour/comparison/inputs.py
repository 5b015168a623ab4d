"""What versions are called with, drawn in the sandbox: by the types of the arguments, and texts that the spec knows."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from jaunt.checks.behaviour.calling import strategy_of
from jaunt.checks.behaviour.comparison.arguments import Argument, Arguments
from jaunt.checks.behaviour.comparison.asked import Subject
from jaunt.checks.behaviour.concealed import hypothesis, strategies
from jaunt.checks.behaviour.drawing import SETTINGS
from jaunt.checks.behaviour.edges import decimals_near, floats_near, numbers_near, repeat_items, texts
from jaunt.checks.behaviour.search import Enough, Fails
from jaunt.process.boundary import caught

CONSTRUCTOR = "self__"
"""Before the names of what a class is made with."""
CALLS = "calls__"
"""The name of what is done with an instance: the calls, one after the other."""
LEFT_OUT = ...
"""What is drawn for a parameter that keeps its default: no argument is that."""
_SEED = 16
_MOST_CALLS = 5


def drawn_for(subject: Subject, arguments: Callable[[], Arguments]) -> tuple[dict[str, Any], str]:
    """Return a strategy for each thing that a subject is called with, and why there is none, if that is so."""
    found: dict[str, Any] = {}
    error = caught(lambda: found.update(_drawn(subject, arguments())))
    return found, "" if error is None else _why(error)


def draw(drawn: Mapping[str, Any], most: int, use: Callable[[dict[str, Any]], object], *, is_smaller: bool) -> str:
    """Hand inputs to `use`, and, where that raises Fails and it is asked for, smaller ones; it ends them by Enough.

    Hypothesis is to be revealed. Returns what kept inputs from being drawn, "" for nothing.
    """
    if not drawn:
        caught(lambda: use({}))
        return ""
    phases = (hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if is_smaller else []))
    settings = hypothesis.settings(SETTINGS, max_examples=most, phases=phases)

    def look(**values: Any) -> None:
        use(values)

    error = caught(settings(hypothesis.seed(_SEED)(hypothesis.given(**drawn)(look))))
    if error is None or isinstance(error, Enough | Fails):
        return ""
    return f"drawing an input raises {type(error).__name__}: {error}".partition("\n")[0]


def _why(error: BaseException) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} has no annotation"
    return f"no inputs can be drawn: {type(error).__name__}: {error}".partition("\n")[0]


def _drawn(subject: Subject, arguments: Arguments) -> dict[str, Any]:
    known = subject["numbers"]
    strategies.register_type_strategy(str, texts(subject["texts"], known, subject["about"]))
    strategies.register_type_strategy(int, numbers_near(known))
    strategies.register_type_strategy(float, floats_near(known, subject["about"]))
    strategies.register_type_strategy(Decimal, decimals_near(known))
    repeat_items(known)
    own = _strategies_of(arguments.own)
    if not subject["is_class"]:
        return own
    calls = [
        strategies.tuples(strategies.just(name), strategies.fixed_dictionaries(_strategies_of(each)))
        for name, each in arguments.calls
    ]
    return {
        **{f"{CONSTRUCTOR}{name}": strategy for name, strategy in own.items()},
        CALLS: strategies.lists(strategies.one_of(calls), min_size=1, max_size=_MOST_CALLS),
    }


def _strategies_of(arguments: Mapping[str, Argument]) -> dict[str, Any]:
    return {name: _strategy_of(each) for name, each in arguments.items()}


def _strategy_of(argument: Argument) -> Any:
    strategy = strategy_of(argument.kind)
    return strategies.one_of(strategies.just(LEFT_OUT), strategy) if argument.has_default else strategy
