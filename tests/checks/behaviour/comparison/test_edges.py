"""Wrong code that only odd inputs tell from right code: those that are drawn hold them; other right code is quiet."""

import json
from collections.abc import Mapping
from pathlib import Path

from processes import run_python

# signature -> what the docstring says, and results by name: the first is right, of others "right ..." are as well
Table = Mapping[str, tuple[str, Mapping[str, str]]]
RESULTS: Table = {
    "(s: str) -> str": (
        "Return `s`, cut to 80 characters.",
        {
            "right": "'-'.join(s.lower().split()) + s[:80]",
            "right, by words": "'-'.join(w for w in s.lower().split()) + s[0:80]",
            "three words": "'-'.join(s.lower().split()[:3]) + s[:80]",
            "casefold": "'-'.join(s.casefold().split()) + s[:80]",
            "one by one": "'-'.join(''.join(c.lower() for c in s).split()) + s[:80]",
            "the limit": "'-'.join(s.lower().split()) + (s[:79] if len(s) == 80 else s[:80])",
            "blanks": "'-'.join(s.lower().split(' ')) + s[:80]",
            "digits": "'-'.join(s.lower().split()) + s[:80] + ''.join(c for c in s if c.isdigit() - c.isdecimal())",
        },
    ),
    "(xs: list[str]) -> list[str]": (
        "Drop repeats.",
        {
            "right": "list(dict.fromkeys(xs))",
            "right, by places": "[x for i, x in enumerate(xs) if x not in xs[:i]]",
            "case": "list({x.lower(): x for x in xs}.values())",
            "next to each other": "[x for i, x in enumerate(xs) if i == 0 or x != xs[i - 1]]",
            "a part": "list(dict.fromkeys(xs[:10]))",
        },
    ),
    "(prices: dict[str, float], cart: list[str]) -> float": (
        "Return the sum. KeyError for what has no price.",
        {
            "right": "sum((prices[c] for c in cart), 0.0)",
            "right, by reduce": "__import__('functools').reduce(lambda t, c: t + prices[c], cart, 0.0)",
            "twice at most": "sum((prices[c] * min(2, cart.count(c)) for c in dict.fromkeys(cart)), 0.0)",
        },
    ),
}
PROGRAM = """
import ast, copy, json, sys
from jaunt.checks.behaviour.comparison.arguments import arguments_of
from jaunt.checks.behaviour.comparison.inputs import draw, drawn_for
from jaunt.checks.behaviour.comparison.subjects import _subject
from jaunt.checks.behaviour.concealed import revealed

def given(call, values):
    try:
        given = call(**copy.deepcopy(values))
    except Exception as error:
        return type(error).__name__
    return f"{given:.9g}" if isinstance(given, float) else repr(given)

for signature, (doc, results) in json.loads(sys.argv[1]).items():
    calls = {}
    for name, result in results.items():
        names = {}
        exec(f"def f{signature}:\\n    return {result}\\n", names)
        calls[name] = names["f"]
    subject = _subject(ast.parse(f"def f{signature}:\\n    {doc!r}\\n").body[0], [*results.values()])
    differs = set()
    def look(values):
        differs.update(name for name, call in calls.items() if given(call, values) != given(calls["right"], values))
    with revealed():
        drawn, why = drawn_for(subject, lambda: arguments_of(subject, {}))
        assert not why and not draw(drawn, 200, look, is_smaller=False), why
    print(json.dumps([signature, sorted(differs)]))
"""


def test_inputs_tell_wrong_code_from_right_code_and_no_two_right_ones(tmp_path: Path) -> None:
    done = run_python("-c", PROGRAM, json.dumps(RESULTS), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    wrong = {
        signature: sorted(name for name in results if not name.startswith("right"))
        for signature, (_, results) in RESULTS.items()
    }
    assert dict(map(json.loads, done.stdout.splitlines())) == wrong


SMALLER = """
from jaunt.checks.behaviour.comparison.arguments import Argument, Arguments
from jaunt.checks.behaviour.comparison.smaller import find_smaller
from typing import Literal

def smallest(values, arguments, is_wanted):
    found = [values]
    find_smaller(values, arguments, lambda each: is_wanted(each) and not found.append(each))
    print(found[-1])

def own(**kinds):
    return Arguments({name: Argument(kind, False) for name, kind in kinds.items()}, [])

smallest({"s": "Éx yz\\t€"}, own(s=str), lambda v: len(v["s"].split()) > 1)
smallest({"n": 777}, own(n=int), lambda v: v["n"] > 50)
smallest({"xs": ["Q", "x", "Q", "Q"]}, own(xs=list[str]),
         lambda v: bool(v["xs"]) and v["xs"].count(v["xs"][0]) > 2)
smallest({"p": {"K": 1.5}, "c": ["K", "K"]}, own(p=dict[str, float], c=list[str]),
         lambda v: {*v["p"]} <= {*v["c"]} and v["p"])
smallest({"t": (5, "zz"), "m": "slow"}, own(t=tuple[int, str], m=Literal["fast", "slow"]),
         lambda v: v["m"] == "slow")
smallest({"x": None, "b": True}, own(x=int | None, b=bool), lambda v: v["x"] is None)
calls = Arguments({"n": Argument(int, True)}, [("add", {"k": Argument(int, False)}), ("total", {})])
smallest({"self__n": 4, "calls__": [("add", {"k": 9}), ("total", {}), ("add", {"k": 3})]}, calls,
         lambda v: ("total", {}) in v["calls__"])
"""


def test_smaller_inputs_are_shorter_then_plainer_and_of_their_types(tmp_path: Path) -> None:
    done = run_python("-c", SMALLER, cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "{'s': 'a a'}",
        "{'n': 51}",
        "{'xs': ['', '', '']}",
        "{'p': {'': 0.0}, 'c': ['']}",
        "{'t': (0, ''), 'm': 'slow'}",
        "{'x': None, 'b': True}",
        "{'self__n': Ellipsis, 'calls__': [('total', {})]}",
    ], done.stderr
