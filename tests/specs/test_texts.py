"""Excerpts: what a model is shown of a spec module."""

import ast

import pytest
from libraries import MakeEntry
from projects import ProjectFiles

from jaunt.digest import all_entry_parts, entry_parts
from jaunt.errors import JauntDiscoveryError
from jaunt.specs.texts import SpecTexts, extract_source_segment, handwritten_part, plain_segment
from jaunt.syntax.source import ModuleSource, parse_source

SPEC = '@jaunt.magic\ndef f() -> int:\n    """One."""\n    ...\n'


def parse(text: str) -> ModuleSource:
    return parse_source("app.m", "app/m.py", text.encode())


@pytest.mark.parametrize(
    ("head", "decorator"),
    [
        ("import jaunt", "jaunt.magic"),
        ("import jaunt", "jaunt.magic(deps=[a,\n    b])"),
        ("import jaunt", "jaunt.test()"),
        ("import jaunt as j", "j.magic"),
        ("from jaunt import magic", "magic"),
        ("from jaunt import magic as m", "m(\n    prompt='x',\n)"),
        ("from jaunt import *", "magic"),
        ("from jaunt.runtime import test as spec", "spec"),
        ("import jaunt\nbrief = jaunt.magic(prompt='Be brief.')", "brief"),
    ],
)
def test_a_spec_is_shown_without_jaunts_decorator(head: str, decorator: str) -> None:
    source = parse(f"{head}\n\n\n@functools.cache\n@{decorator}\n# Why.\n@other\nasync def f(): ...\n")
    assert plain_segment(source, "f") == "@functools.cache\n# Why.\n@other\nasync def f(): ..."
    assert decorator in source.segment("f")
    assert handwritten_part(source) == ""


@pytest.mark.parametrize("head", ["", "from tools import magic", "import tools as jaunt"])
def test_a_decorator_of_that_name_that_is_anothers_stays(head: str) -> None:
    name = "jaunt.magic" if "tools as" in head else "magic"
    source = parse(f"{head}\n\n@{name}\ndef f(): ...\n")
    assert plain_segment(source, "f") == f"@{name}\ndef f(): ..."


def test_overloads_and_methods_are_shown_whole() -> None:
    source = parse(
        "import jaunt\nfrom typing import overload\n\n\n@overload\ndef f(x: int) -> int: ...\n@overload\n"
        "def f(x: str) -> str: ...\n@jaunt.magic\ndef f(x): ...\n\n\n@jaunt.magic\nclass C:\n    x: int\n\n"
        "    @property\n    def y(self) -> int: ...\n"
    )
    overloads = "@overload\ndef f(x: int) -> int: ...\n\n@overload\ndef f(x: str) -> str: ...\n\ndef f(x): ..."
    assert plain_segment(source, "f") == overloads
    assert plain_segment(source, "C") == "class C:\n    x: int\n\n    @property\n    def y(self) -> int: ..."
    assert handwritten_part(source) == "from typing import overload"


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"import jaunt\n\n\n{SPEC}",
        f"# A licence.\nimport jaunt\n\n# Of f.\n{SPEC}\n# The end.\n",
        f"from __future__ import annotations\n\nfrom jaunt import (\n    magic,\n)\n\n\n{SPEC.replace('jaunt.', '')}",
        f"try:\n    import jaunt\nexcept ImportError:\n    import jaunt.runtime as jaunt\n\n\n{SPEC}",
    ],
)
def test_where_all_is_spec_or_of_jaunt_nothing_is_left(text: str) -> None:
    assert handwritten_part(parse(text)) == ""


def test_what_is_written_by_hand_stays_as_it_is() -> None:
    hand = (
        '"""Prices, in cents."""\n\nimport os\nfrom dataclasses import dataclass  # for Price\n\n# Of all goods.\n'
        "VAT = 20  # per cent\n\n\n@dataclass\nclass Price:\n    cents: int\n\n\ndef helper() -> str:\n"
        '    return """a\n\n\n\nb"""'
    )
    before, after = hand.split("# Of all goods.\n")
    text = f"{before}import jaunt\n\n# Of all goods.\n{after}\n\n\n# The spec.\n{SPEC}"
    assert handwritten_part(parse(text)) == hand


def test_specs_among_what_is_written_by_hand_are_left_out() -> None:
    text = (
        f"import jaunt, os\n\nA = 1\n\n\n{SPEC}\n\nB = 2\n\n\n{SPEC.replace('f()', 'g()')}\n\ndef helper():\n    pass\n"
    )
    assert handwritten_part(parse(text)) == "import os\n\nA = 1\n\n\nB = 2\n\n\ndef helper():\n    pass"


def test_a_spec_in_a_block_leaves_code_that_can_be_parsed() -> None:
    inner = SPEC.replace("\n", "\n    ").rstrip()
    text = f"import jaunt\n\nif FAST:\n    {inner}\nelse:\n    LIMIT = 1\n\nif SLOW:\n    {inner}\n"
    left = handwritten_part(parse(text))
    assert left == "if FAST:\n    ...\nelse:\n    LIMIT = 1"
    ast.parse(left)


def test_what_stands_below_a_class_spec_is_marked() -> None:
    text = "import jaunt\n\nA = 1\n\n\n@jaunt.magic\nclass C:\n    ...\n\n\n@cache\ndef helper(): ...\n\n\nB = 2\n"
    assert handwritten_part(parse(text)) == (
        "A = 1\n\n\n"
        "# What follows is imported inside the function that uses it, for annotations below `if TYPE_CHECKING:`.\n"
        "@cache\ndef helper(): ...\n\n\nB = 2"
    )
    assert "follows" not in handwritten_part(parse(text.replace("class C:", "def c():")))
    assert handwritten_part(parse(text.partition("@cache")[0])) == "A = 1"


def test_a_source_segment_is_the_text_of_the_spec(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "import jaunt\n\n@jaunt.magic\ndef f(): ...  # here\n\nx = 1\n"})
    assert extract_source_segment(make_entry("m:f")) == "@jaunt.magic\ndef f(): ...  # here"


def test_the_texts_of_a_file_are_read_once(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    source = "def f(): ...\n\n\ndef g(): ...\n"
    root = project_files({"m.py": source})
    texts = SpecTexts()
    assert texts.segment(make_entry("m:f")) == "def f(): ..."
    (root / "m.py").unlink()
    assert texts.segments([make_entry("m:f"), make_entry("m:g")]) == {"m:f": "def f(): ...", "m:g": "def g(): ..."}
    assert texts.handwritten(make_entry("m:g")) == source.strip()
    with pytest.raises(JauntDiscoveryError, match="cannot be read"):
        SpecTexts().segment(make_entry("m:f"))


def test_files_that_contracts_are_read_from_need_not_be_read_for_their_texts(
    project_files: ProjectFiles, make_entry: MakeEntry
) -> None:
    root = project_files({"m.py": "def f(): ...\n", "n.py": "def f(x): ...\n"})
    entries, texts = [make_entry("m:f"), make_entry("n:f", prompt="Be quick.")], SpecTexts()
    parts = all_entry_parts(entries, texts)
    assert parts == {entry.spec_ref: entry_parts(entry) for entry in entries}
    for name in ("m.py", "n.py"):
        (root / name).unlink()
    assert texts.segments(entries) == {"m:f": "def f(): ...", "n:f": "def f(x): ..."}
