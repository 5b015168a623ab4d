"""Mutants: which changes are made of code, and which are not."""

import ast
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaunt.testing.strength.mutant import chosen, mutants_of


def changes(source: str, *, names: tuple[str, ...] = ("f",), others: tuple[str, ...] = ()) -> list[str]:
    """Return the lines that the mutants of a module have in the place of others, in order."""
    return [each.after for each in mutants_of("app", source.encode(), names, others)]


def of(statement: str, parameters: str = "a, b=None") -> list[str]:
    """Return what a statement of a function becomes."""
    return changes(f"def f({parameters}):\n    {statement}\n")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("x = a < b", {"x = a <= b", "x = a >= b"}),
        ("x = a  <= (b)", {"x = a  < (b)", "x = a  > (b)"}),
        ("x = a is  not b", {"x = a is b"}),
        ("x = a not in b", {"x = a in b"}),
        ("x = (a) and (b or a)", {"x = (a) or (b or a)", "x = (a) and (b and a)"}),
        ("x = not a", {"x = not not a"}),
        ("x = a + b - a", {"x = a - b - a", "x = a + b + a"}),
        ("x = a // b", {"x = a / b"}),
        ("x = -a", {"x = +a"}),
        ("a += 2", {"pass", "a -= 2", "a += 3"}),
        ("x = 7", {"x = 8"}),
        ("x = True", {"x = False"}),
        ("x = r'\\d'", {"x = r'\\d_'"}),
        ('x = """"""', {'x = """_"""'}),
        ('x = "a" "b"', {'x = "a" "b_"'}),
        ("return a", {"return None"}),
        ("a.append(b)", {"pass"}),
        ("a[b] = b", {"pass"}),
        ("raise ValueError('no')", {"pass", "raise Exception('no')"}),
        ("while a: break", {"while a: continue"}),
    ],
)
def test_what_a_statement_becomes(statement: str, expected: set[str]) -> None:
    assert {*of(statement)} == expected


@pytest.mark.parametrize(
    "statement",
    [
        '"""A docstring about 3 < 4."""',
        "...",
        "return",
        "return None",
        "import os as b",
        'x = f"{a} < {b + 1}"',
        'x: "a < b"',
        "raise",
        "logger.debug(a)",
        "x = cast('int', a)",
        "assert a, 'no 1'",
    ],
)
def test_what_says_nothing_that_a_test_could_see_stays(statement: str) -> None:
    assert [each for each in of(statement) if each != "pass"] == []


def test_defaults_annotations_and_decorators() -> None:
    source = "@cache(3)\ndef f(a: Literal[1] = 1, *, b: str = 'x') -> 'T[2]':\n    return a\n"
    kinds = [(each.kind, each.after) for each in mutants_of("app", source.encode(), ["f"])]
    assert kinds == [
        ("default", "def f(a: Literal[1] = 2, *, b: str = 'x') -> 'T[2]':"),
        ("default", "def f(a: Literal[1] = 1, *, b: str = 'x_') -> 'T[2]':"),
        ("return", "return None"),
    ]


def test_handlers_catch_nothing_and_cases_match_something_else() -> None:
    source = "def f(a):\n    try:\n        g()\n    except (KeyError, OSError):\n        pass\n"
    source += "    match a:\n        case 1 if a:\n            pass\n"
    assert changes(source) == ["pass", "except ():", "case 2 if a:"]


def test_comments_between_operands_are_no_operators() -> None:
    assert changes("def f(a, b):\n    x = (a  # a < b, and or\n         < b)\n") == [
        "<= b)",
        ">= b)",
    ]


def test_of_a_module_only_what_the_tested_names_need_is_changed() -> None:
    source = (
        "LIMIT = 3\nOTHER = 4\n__all__ = ['f']\nT = TypeVar('T')\n\ndef _help(x):\n    return x < LIMIT\n\n"
        "def g(x):\n    return OTHER\n\ndef f(x):\n    return _help(x) or g(x)\n"
    )
    lines = {each.line for each in mutants_of("app", source.encode(), ["f"], ["g"])}
    assert lines == {1, 7, 13}
    assert {each.line for each in mutants_of("app", source.encode(), ["f"])} == {1, 2, 7, 10, 13}


def test_what_runs_on_import_is_reached_by_it() -> None:
    source = "LIMIT = 3\n\nclass f:\n    size = 4\n    def g(self, n=5):\n        return n > LIMIT\n"
    lines = {each.after: each.lines for each in mutants_of("app", source.encode(), ["f"])}
    assert lines["LIMIT = 4"] is lines["size = 5"] is lines["def g(self, n=6):"] is None
    assert lines["return n >= LIMIT"] == (6, 6)


def test_names_are_the_same_wherever_the_code_stands_and_others_for_equal_lines() -> None:
    source = "def f(a):\n    a += 1\n    a += 1\n    return a\n"
    names = [each.name for each in mutants_of("app", source.encode(), ["f"])]
    moved = [each.name for each in mutants_of("app", f"# above\n\n{source}".encode(), ["f"])]
    assert names == moved
    assert len({*names}) == len(names) == 7
    assert names != [each.name for each in mutants_of("other", source.encode(), ["f"])]


def test_a_choice_keeps_to_the_order_and_stays_as_far_as_the_lines_do() -> None:
    body = "".join(f"    x{n} = a < {n}\n" for n in range(40))
    every = mutants_of("app", f"def f(a):\n{body}".encode(), ["f"])
    some = chosen(every, 30)
    assert len(some) == 30
    assert some == [each for each in every if each in some]
    assert chosen(every, 1000) == every
    longer = mutants_of("app", f"def f(a):\n    y = a\n{body}".encode(), ["f"])
    assert {each.name for each in chosen(longer, 30)} == {each.name for each in some}


@pytest.mark.parametrize("head", ["# häß\n", "\ufeff", "", "x = 'é'\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_bytes_outside_of_the_change_stay(head: str, end: str) -> None:
    source = f"{head}def f(a):\n    é = a < 'ü'  # ö\n    return é\n".replace("\n", end).encode()
    for each in mutants_of("app", source, ["f"]):
        changed = each.applied(source)
        assert changed.startswith(source[: each.start])
        assert changed.endswith(source[each.end :])
        assert changed != source
        ast.parse(changed)


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_each_mutant_of_real_code_can_be_compiled(random: Random) -> None:
    """The standard library is real code; which of its modules is tried is drawn."""
    name = random.choice(["textwrap", "heapq", "bisect", "fractions", "shlex", "string", "posixpath", "statistics"])
    __import__(name)
    file = str(sys.modules[name].__file__)
    data = Path(file).read_bytes()
    names = [each.name for each in ast.parse(data).body if isinstance(each, ast.FunctionDef | ast.ClassDef)]
    found = mutants_of(name, data, names)
    assert found
    for each in random.sample(found, min(5, len(found))):
        compile(each.applied(data), file, "exec")
