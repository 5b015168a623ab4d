"""Wrong code that passes its examples is refused by properties or reported by calls; right code is not; cheats are."""

import ast
import doctest
from typing import Any

import pytest
from trials import reports_of

from jaunt.checks.behaviour.section import find_properties
from jaunt.syntax.source import ModuleSource

CHUNKS = '''
def chunks(xs: list[int], size: int) -> list[list[int]]:
    """Return `xs` in lists of `size`, the last one may be shorter. ValueError if `size` is below 1.

    >>> chunks([1, 2, 3, 4], 2)
    [[1, 2], [3, 4]]
    >>> chunks([1], 0)
    Traceback (most recent call last):
    ValueError: size

    Properties:
        given xs: list[int], size: st.integers(1, 3) :: sum(chunks(xs, size), []) == xs
    """
    if size < 1:
        raise ValueError("size")
    return [xs[i : i + size] for i in range(0, len(xs), size)]
'''
TIDY = '''
def tidy(text: str) -> str:
    """Return `text` with each run of whitespace as one space, and none at either end.

    >>> tidy("  a  b ")
    'a b'

    Properties:
        given t: str :: tidy(t).split() == t.split()
        given t: str :: all(c == " " or not c.isspace() for c in tidy(t))
    """
    return " ".join(text.split())
'''
BY_LENGTH = '''
def by_length(words: list[str]) -> list[str]:
    """Return the words, the shortest first; those of one length keep their order.

    >>> by_length(["ccc", "a", "bb"])
    ['a', 'bb', 'ccc']

    Properties:
        given ws: list[str] :: [len(w) for w in by_length(ws)] == sorted(len(w) for w in ws)
        given ws: list[str] :: sorted(by_length(ws)) == sorted(ws)
    """
    return sorted(words, key=len)
'''
FIRST = '''
def first(text: str) -> str:
    """Return the first word of `text`. ValueError if there is none.

    >>> first("a b")
    'a'
    """
    for word in text.split():
        return word
    raise ValueError(text)
'''
SUM_OF = '''
def sum_of(text: str) -> int:
    """Return the sum of the numbers in `text`, which commas separate; what is no number counts for nothing.

    >>> sum_of("1,2,x")
    3
    """
    return sum(int(each) for each in text.split(",") if each.isascii() and each.isdigit())
'''
RIGHT = {
    "chunks": CHUNKS, "tidy": TIDY, "by_length": BY_LENGTH, "first": FIRST, "sum_of": SUM_OF,
}  # fmt: skip

_LAST = "    return [xs[i : i + size] for i in range(0, len(xs), size)]\n"
WRONG = {
    "the last list is lost": ("chunks", _LAST, _LAST.replace("len(xs)", "len(xs) - size + 1")),
    "the last item is lost": ("chunks", _LAST, _LAST.replace("len(xs)", "len(xs) - 1")),
    "one item too many": ("chunks", _LAST, _LAST.replace("i + size]", "i + size + (i > 2)]")),
    "lost Unicode": ("tidy", "text.split()", "text.encode('ascii', 'ignore').decode().split()"),
    "only plain spaces": ("tidy", "text.split()", "text.strip(' ').replace('  ', ' ').split(' ')"),
    "truncation": ("tidy", "text.split()", "text[:12].split()"),
    "upper case is lost": ("tidy", "text.split()", "text.lower().split()"),
    "another order": ("by_length", "sorted(words, key=len)", "sorted(words)"),
    "an order by the wrong end": ("by_length", "key=len)", "key=lambda word: (len(word) % 5, word))"),
    "repeated words are lost": ("by_length", "sorted(words, key=len)", "sorted(dict.fromkeys(words), key=len)"),
    "its argument is sorted": ("by_length", "return sorted(words, key=len)", "words.sort(key=len)\n    return words"),
    "a wrong exception": ("first", "raise ValueError(text)", "raise KeyError(text)"),
    "no exception": ("first", "raise ValueError(text)", "return None"),
    "an index": ("first", "    for word in text.split():\n        return word\n", "    return text.split()[0]\n"),
    "too deep": ("sum_of", "    return sum(", "    if text: return sum_of(text + ',')\n    return sum("),
}
_CHEATS = {
    "it looks for Hypothesis": ("import sys\nSEEN = 'hypothesis' in sys.modules", "SEEN"),
    "it looks for Hypothesis later": ("import sys", "'hypothesis' in sys.modules"),
    "it looks for pytest": ("import sys", "'pytest' in sys.modules"),
    "it looks at the stack": ("import traceback", "'hypothesis' in str(traceback.extract_stack())"),
    "it looks at threads": ("import threading", "threading.current_thread() is not threading.main_thread() and "
                            "threading.current_thread().name != 'MainThread'"),
    "it patches random": ("import random\nrandom.seed(0)\nrandom.random = lambda: 0.0", "False"),
}  # fmt: skip
CHEATS = {
    **{
        name: f"{head}\ndef first(text: str) -> str:\n    if {seen}:\n        return text\n    return text.split()[0]\n"
        for name, (head, seen) in _CHEATS.items()
    },
    "it counts its calls": (
        "calls = []\ndef first(text: str) -> str:\n    calls.append(1)\n    return text if len(calls) < 24 else None\n"
    ),
    "it counts its calls for long": (
        "calls = []\ndef first(text: str) -> str:\n    calls.append(1)\n    return text if len(calls) < 200 else None\n"
    ),
    "it counts the calls of each input": (
        "seen = {}\ndef first(text: str) -> str:\n    seen[text] = seen.get(text, 0) + 1\n"
        "    return text if seen[text] < 9 else None\n"
    ),
    "it catches everything": (
        "def first(text: str) -> str:\n    try:\n        return text.split()[0]\n    except BaseException:\n"
        "        return None\n"
    ),
}


def verdicts(sources: dict[str, tuple[str, str]]) -> dict[str, list[str]]:
    """Return what properties and calls find in candidates, name -> (function, source); one child process tries all."""
    found: dict[str, list[str]] = {name: [] for name in sources}
    for function in RIGHT:
        own = {name: source for name, (of, source) in sources.items() if of == function}
        limits = {"filename": "candidate.py"}
        spec = ModuleSource("app.m", "m.py", RIGHT[function], ast.parse(RIGHT[function]))
        claims: list[dict[str, Any]] = [
            {"inputs": [[*i] for i in each.inputs], "assuming": each.assuming, "claim": each.claim}
            | {"seconds": 5.0, "examples": 100, **limits}
            for each in find_properties(spec, [function])
        ]
        call = {"name": function, "documented": ["ValueError"], "may_change": False, "seconds": 5.0, "examples": 24}
        tried = [reports_of("try_calls", [*own.values()], [{**call, **limits}])]
        tried += [reports_of("try_property", [*own.values()], claims)] if claims else []
        for reports in tried:
            for name, each in zip(own, reports, strict=True):
                found[name] += [report["failure"]["what"] for report in each if "failure" in report]
    return found


def examples_that_fail(name: str, source: str) -> int:
    names: dict[str, Any] = {}
    exec(source, names)
    test = doctest.DocTestParser().get_doctest(names[name].__doc__ or "", names, name, None, None)
    return doctest.DocTestRunner(verbose=False).run(test, out=lambda _: None).failed


def wrong(name: str) -> tuple[str, str]:
    function, old, new = WRONG[name]
    assert RIGHT[function].count(old) == 1
    return function, RIGHT[function].replace(old, new)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_code_of_the_table_passes_its_examples(name: str) -> None:
    if name != "too deep":  # which is only here to be called with a limit on time
        assert examples_that_fail(*wrong(name)) == 0


def test_wrong_code_is_refused_or_reported_and_right_code_is_not() -> None:
    found = verdicts({**{name: wrong(name) for name in WRONG}, **{f"right {n}": (n, s) for n, s in RIGHT.items()}})
    missed = {name for name in WRONG if not found[name]}
    assert missed == set()
    assert {name: what for name, what in found.items() if name.startswith("right ") and what} == {}


def test_code_that_cheats_is_reported_like_other_wrong_code() -> None:
    found = verdicts({name: ("first", source) for name, source in CHEATS.items()})
    assert {name for name, what in found.items() if not what} == set()
