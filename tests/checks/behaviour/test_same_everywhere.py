"""Inputs and mutants are the same on every machine, with every Python: their digests stand here."""

import hashlib
from pathlib import Path

import hypothesis
import pytest
from processes import run_python

from jaunt.testing.strength.mutant import chosen, mutants_of

PROGRAM = """
import collections.abc, decimal, hashlib, pathlib, random
from jaunt.checks.behaviour.comparison.arguments import Argument, Arguments
from jaunt.checks.behaviour.comparison.inputs import draw, drawn_for
from jaunt.checks.behaviour.concealed import revealed
from jaunt.checks.behaviour.drawing import draw_before, drawn_before

def digest(found):
    return hashlib.sha256("\\n".join(map(ascii, found)).encode()).hexdigest()[:16]

TYPES = {
    "s": str, "xs": list[str], "d": dict[str, float], "n": int, "x": float, "b": bytes, "p": pathlib.Path,
    "z": decimal.Decimal, "i": collections.abc.Iterable[int], "t": tuple[int, ...], "u": int | None,
}
draw_before([{"kinds": [("s", "str"), ("n", "int"), ("xs", "list[float]")], "examples": 24}])
print(digest(drawn_before({"s": str, "n": int, "xs": list[float]}, 24)))
subject = {
    "name": "f", "is_class": False, "members": [], "definition": "", "texts": ["2024-02-29", "x="],
    "numbers": [3, 80], "about": "NaN, infinity and surrogates",
}
found = []
with revealed():
    given = Arguments({name: Argument(kind, name == "u") for name, kind in TYPES.items()}, [])
    drawn, why = drawn_for(subject, lambda: given)
    assert not why, why
    draw(drawn, 100, lambda values: found.append(sorted(values.items(), key=lambda each: each[0])), is_smaller=False)
print(digest(found))
"""
INPUTS = {"6.170": ["866db79f6e899c56", "7dc258970121d069"]}
"""The digests of inputs, by the versions of Hypothesis: another one may draw others, and has to be added here."""
MUTATED = b"""\
LIMIT = 3


def f(n: int, *, most: int = 60, name: str = "a") -> str:
    if n <= LIMIT and name or not most:
        raise ValueError("no")
    while n > 0:
        n -= 1
        name += str(n % 2)
    return name[:most] if name != "b" else ""


class A:
    size: float = 1.5

    def grown(self, by: int = 1) -> list[int]:
        return [each + by for each in range(3) if each in (0, 2)]
"""
MUTANTS = ("0a5fc9e0c9de6bb6", 20)


@pytest.mark.parametrize("seed", ["0", "7"])
def test_inputs_are_the_same_on_every_machine(seed: str, tmp_path: Path) -> None:
    version = hypothesis.__version__.rpartition(".")[0]
    if version not in INPUTS:
        pytest.skip(f"no digest is known for Hypothesis {version}: run this with each Python, and add it")
    done = run_python("-c", PROGRAM, cwd=tmp_path, PYTHONHASHSEED=seed, LC_ALL="C")
    assert done.stdout.split() == INPUTS[version], done.stderr


def test_mutants_are_the_same_with_every_python() -> None:
    found = [ascii(each) for each in chosen(mutants_of("app.m", MUTATED, ["f", "A"]), 20)]
    assert (hashlib.sha256("\n".join(found).encode()).hexdigest()[:16], len(found)) == MUTANTS, found
