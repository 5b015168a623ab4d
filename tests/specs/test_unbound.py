"""Names in backticks that nothing binds are told; prose is not."""

import pytest

from jaunt.specs.unbound import Unbound, unbound_names
from jaunt.syntax.source import parse_source


def refs(name: str) -> tuple[str, ...]:
    return ("app.slug:slugify",) if name == "slugify" else ()


def told(docstring: str, *, above: str = "", signature: str = "text: str", after: str = "") -> list[Unbound]:
    """Return what is told of a spec `f` with a docstring, which begins in the line after the signature."""
    source = f'import jaunt\n{above}\n@jaunt.magic\ndef f({signature}) -> int:\n    """{docstring}"""\n    ...\n{after}'
    return [*unbound_names(parse_source("app.m", "m.py", source.encode()), "f", refs)]


@pytest.mark.parametrize(
    "name", ["parse_amount", "ParseError", "HttpClient", "slugify", "find()", "find(text)", "a_b_c", "Find(1, b=2)"]
)
def test_a_name_of_code_that_nothing_binds_is_told(name: str) -> None:
    (found,) = told(f"Return it, as `{name}` does.")
    assert found.name == name.partition("(")[0]


@pytest.mark.parametrize(
    "prose",
    [
        *(
            "None",
            "True",
            "self",
            "-v",
            "--all",
            "a.txt",
            "README.md",
            "utf-8",
            "a b",
            "title",
            "0",
            "x",
            "[1]",
            "json",
        ),
        *(
            "ValueError",
            "len(text)",
            "os.path",
            "text",
            "str | None",
            "src/app",
            "{root}",
            "GET",
            "DATABASE_URL",
            "json",
        ),
        *("asyncio", "match", "async", "e.g.", "a@b.c", "%s", "\\\\n"),
    ],
)
def test_prose_is_not_told(prose: str) -> None:
    assert told(f"Return `{prose}`.") == []


@pytest.mark.parametrize(
    ("docstring", "more"),
    [
        ("As `parse_amount` does.", {"above": "from money import parse_amount"}),
        ("As `parse_amount` does.", {"above": "from money import parse as parse_amount"}),
        ("As `parse_amount` does.", {"above": "from money import *"}),
        ("Up to `max_size`.", {"signature": "max_size: int"}),
        ("Up to `max_size`.", {"after": "class C:\n    max_size: int = 3\n"}),
        ("`first_name` is left out.", {"signature": "person: dict[str, str]"}),
        ("The key `first_name` is left out.", {}),
        ("Sorted by the columns `first_name`, `last_name`.", {}),
        (">>> first_name = 'a'\n    >>> f(first_name)\n    3\n\n    `first_name` counts.", {}),
        ("As ``parse_amount`` does.", {}),
    ],
)
def test_what_is_bound_or_may_be_a_key_is_not_told(docstring: str, more: dict[str, str]) -> None:
    assert told(docstring, **more) == []


def test_it_has_its_line_and_where_a_spec_of_that_name_is() -> None:
    assert told("Return it.\n\n    As `slugify` does.") == [Unbound(7, "f", "slugify", ("app.slug:slugify",))]


def test_the_other_modules_are_asked_for_what_is_not_bound_alone() -> None:
    asked: list[str] = []

    def note(name: str) -> tuple[str, ...]:
        asked.append(name)
        return ()

    source = (
        'from app.a import split\n\ndef f(text: str) -> int:\n    """Uses `split`, `text`, `None` and `slugify`."""\n'
    )
    assert [*unbound_names(parse_source("app.m", "m.py", source.encode()), "f", note)] == []
    assert asked == ["slugify"]
