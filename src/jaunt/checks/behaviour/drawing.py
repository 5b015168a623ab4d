"""How inputs are drawn with Hypothesis: the same on every machine, and of plain types but once in a sandbox that stays.

What is drawn does not depend on the code that gets it, as long as that does nothing wrong. So inputs of types that no
project defines are drawn before a candidate is there, and each gets copies of them; Hypothesis takes a hundred times as
long for an input as most functions do with it.
"""

import marshal
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from jaunt.checks.behaviour.concealed import hypothesis, is_used_by_project, revealed, strategies
from jaunt.checks.behaviour.kinds import know_kinds
from jaunt.checks.examiner.protocol import Drawn
from jaunt.process.boundary import caught

_SEED = 15  # of all inputs: what Hypothesis would take for one differs between Pythons
_PLAIN: Mapping[str, type] = {
    each.__name__: each for each in (int, float, bool, str, bytes, list, dict, set, frozenset, tuple)
}
_Key = tuple[tuple[tuple[str, Any], ...], int]
_known: dict[_Key, list[bytes] | None] = {}
with revealed():
    SETTINGS = hypothesis.settings(
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        report_multiple_bugs=False,
        print_blob=False,
    )
    know_kinds()


def draw(inputs: Mapping[str, Any], examples: int, use: Callable[[dict[str, Any]], None]) -> None:
    """Hand inputs of some strategies to `use`; Hypothesis is to be revealed, and raises what `use` does."""
    check = hypothesis.seed(_SEED)(hypothesis.given(**inputs)(lambda **values: use(values)))
    hypothesis.settings(SETTINGS, max_examples=examples)(check)()


def be_moderate() -> None:
    """Have numbers drawn that are moderate, and numbers: what a spec says nothing of is asked of usual inputs.

    Half of the whole ones are small, as sizes, counts and shares are.
    """
    strategies.register_type_strategy(int, strategies.integers(-1000, 1000) | strategies.integers(-1, 12))
    strategies.register_type_strategy(float, strategies.floats(-1e6, 1e6, allow_nan=False))


def draw_before(wanted: Iterable[Drawn]) -> None:
    """Draw moderate inputs of plain types, if they are not there yet, for all candidates that this process forks."""
    keys: dict[_Key, None] = {}
    for each in wanted:
        caught(lambda each=each: keys.update({_read(each): None}))  # a type may be none: `int[str]`
    new = [key for key in keys if key not in _known]
    if new:
        _known.update(dict.fromkeys(new))
        _known.update(_drawn_apart(new))


def drawn_before(kinds: Mapping[str, Any], examples: int) -> Iterator[dict[str, Any]] | None:
    """Return copies of the inputs that were drawn of some types; None if there are none.

    A project that uses Hypothesis itself may have said how values of a plain type are drawn.
    """
    found = None if is_used_by_project() else _known.get((tuple(kinds.items()), examples))
    return map(marshal.loads, found) if found is not None else None


def _read(wanted: Drawn) -> _Key:
    return tuple((name, eval(kind, {**_PLAIN})) for name, kind in wanted["kinds"]), wanted["examples"]


def _drawn_apart(keys: Sequence[_Key]) -> dict[_Key, list[bytes]]:
    """Draw inputs in a process of its own: in this one, properties are still to be tried with other numbers."""
    ours, theirs = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.close(ours)
            with os.fdopen(theirs, "wb") as results:
                caught(lambda: results.write(marshal.dumps([*map(_drawn, keys)])))
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as results:
        content = results.read()
    os.waitpid(process, 0)
    return dict(zip(keys, marshal.loads(content), strict=True)) if content else {}


def _drawn(key: _Key) -> list[bytes]:
    kinds, examples = key
    found: list[bytes] = []
    with revealed():
        be_moderate()
        inputs = {name: strategies.from_type(kind) for name, kind in kinds}
        draw(inputs, examples, lambda values: found.append(marshal.dumps(values)))
    return found
