"""A name that a reader would take for another one is refused; letters of any language are not."""

import pytest

from jaunt.checks.static.text import lookalike_errors
from jaunt.syntax.source import parse_source

SPEC = parse_source(
    "app.a", "app/a.py", b"import jaunt\n\nPRICE = 3\n\n@jaunt.magic\ndef count(item: str) -> int: ...\n"
)


def errors(text: str) -> list[str]:
    return [*lookalike_errors(parse_source("app.__generated__.a", "app/__generated__/a.py", text.encode()), SPEC)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def count(item: str) -> int:\n    return 1\n\ndef cоunt(item): ...", "count"),  # Cyrillic o
        ("def count(item: str) -> int:\n    return lеn(item)\n\ndef lеn(x): ...", "len"),  # Cyrillic e
        ("from app.a import PRICE\nРRICE = 4", "PRICE"),  # Cyrillic P
        ("ΡRΙCΕ = 4", "PRICE"),  # Greek letters
        ("def count(item: str) -> int:\n    ıtem = 2\n    return item", "item"),  # dotless i
        ("class A:\n    def run(self): ...\n    def rυn(self): ...", "run"),  # Greek upsilon
        ("import os\nx = os.pаth", "path"),  # Cyrillic a: os.path is not in the module
        ("def count(item, ѕtr=1): ...", "str"),  # Cyrillic s
        ("import json as јson\nimport json", "json"),  # Cyrillic j
    ],
)
def test_a_lookalike_is_refused(text: str, name: str) -> None:
    found = errors(f"{text}\npath = 1\n")
    assert found, text
    assert f"looks like '{name}'" in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "def count(item: str) -> int:\n    return 1",
        "größe = 1\nGröße = 2",
        "имя = 'имя'\nцена = 3",
        "π = 3.14\nα = 1\nΣ = 2",
        "def count(item: str) -> int:\n    return len('соunt')  # соunt",
        "名前 = 1",
        "naïve = 1",
        "été = 1\nа = 2",
    ],
)
def test_letters_of_any_language_are_fine(text: str) -> None:
    assert errors(text) == []
