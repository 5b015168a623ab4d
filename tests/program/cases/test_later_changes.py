"""Known failures of what comes after a first build, or stands beside it: changes by hand, tools, other projects."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from processes import python_path, run_python
from projects import ONE_ATTEMPT, edit, record, write_files
from said import RunIn

# By module: the spec, and the answer. Each answer has in it what the spec's own text does not: a number, an alias, or a
# spec that it doesn't name.
MODULES = {
    "app.const": (
        '''
        import jaunt
        LIMIT = 60
        @jaunt.magic
        def cut(text: str, limit: int = LIMIT) -> str:
            """Return the first `limit` characters.

            >>> cut("abc", 2)
            'ab'
            """
            ...
        ''',
        "def cut(text: str, limit: int = 60) -> str:\n    return text[:limit]\n",
    ),
    "app.alias": (
        '''
        from typing import Literal
        import jaunt
        Mode = Literal["r", "w"]
        @jaunt.magic
        def mode(m: Mode = "r") -> Mode:
            """Return m."""
            ...
        ''',
        """
        from typing import Literal
        def mode(m: Literal["r", "w"] = "r") -> Literal["r", "w"]:
            return m
        """,
    ),
    "app.a": (
        '''
        import jaunt
        @jaunt.magic
        def hail(name: str) -> str:
            """Return "HAIL NAME", in capitals.

            >>> hail("bo")
            'HAIL BO'
            """
            ...
        ''',
        'from app.z import shout\ndef hail(name: str) -> str:\n    return f"HAIL {shout(name)}"\n',
    ),
    "app.z": (
        '''
        import jaunt
        @jaunt.magic
        def shout(name: str) -> str:
            """Return name in upper case.

            >>> shout("a")
            'A'
            """
            ...
        ''',
        "def shout(name: str) -> str:\n    return name.upper()\n",
    ),
    # What ty has against it is what the spec itself says.
    "app.override": (
        '''
        from html.parser import HTMLParser
        import jaunt
        @jaunt.magic
        class Text(HTMLParser):
            """Collects the text of a page in `parts`."""
            def __init__(self) -> None: ...
            def handle_data(self, d: str) -> None:
                """Keep `d`."""
                ...
        ''',
        """
        from html.parser import HTMLParser
        class Text(HTMLParser):
            def __init__(self) -> None:
                super().__init__()
                self.parts: list[str] = []
            def handle_data(self, d: str) -> None:
                self.parts.append(d)
        """,
    ),
}


def test_what_code_was_checked_against_counts_when_it_changes(tmp_path: Path, run_in: RunIn) -> None:
    write_files(tmp_path, {"jaunt.toml": ONE_ATTEMPT, "src/app/__init__.py": ""})
    write_files(tmp_path, {f"src/{name.replace('.', '/')}.py": dedent(spec) for name, (spec, _) in MODULES.items()})
    record(tmp_path, {name: dedent(answer) for name, (_, answer) in MODULES.items()})
    said = run_in(tmp_path, "build")
    assert (said.code, said.errors) == (0, [])
    edit(tmp_path / "src/app/const.py", "LIMIT = 60", "LIMIT = 80")
    edit(tmp_path / "src/app/alias.py", '"w"]', '"w", "a"]')
    edit(tmp_path / "src/app/z.py", "name: str)", "name: str, mark: str)")
    edit(tmp_path / "src/app/z.py", 'shout("a")', 'shout("a", "")')
    said = run_in(tmp_path, "status")
    for line in (
        "verify   app.a         used spec changed: app.z:shout",
        "verify   app.alias     handwritten changed: Mode",
        "verify   app.const     handwritten changed: LIMIT",
        "stale    app.z         spec changed: shout",
        "fresh    app.override",
    ):
        assert line in said.out, said.out
    assert run_in(tmp_path, "check").code != 0
    answer = "def shout(name: str, mark: str) -> str:\n    return name.upper() + mark\n"
    record(tmp_path, {"app.z": answer})
    # None of the three may stay as it is; there is no other answer for two of them, so these are refused.
    said = run_in(tmp_path, "build")
    assert said.code != 0
    assert {module for status, module in said.built if status == "failed"} == {"app.a", "app.alias", "app.const"}


RATED = '''\
import jaunt
RATE = {0}
def round_up(x: float) -> int:
    """By hand, project with rate {0}."""
    return int(x) + {0}
@jaunt.magic
def price(n: int) -> int:
    """Return `n` times RATE, then rounded with `round_up`."""
    ...
'''


def test_two_projects_with_one_contract_and_other_numbers_share_a_store_but_no_code(
    tmp_path: Path, run_in: RunIn
) -> None:
    inlined = "def price(n: int) -> int:\n    return int(n * 2) + 2\n"
    using = "from app.a import RATE, round_up\ndef price(n: int) -> int:\n    return round_up(n * RATE)\n"
    for name, rate, answer, expected in (("a", 2, inlined, "4"), ("b", 7, using, "14"), ("c", 2, "1 / 0\n", "4")):
        root = tmp_path / name
        store = '\n[store]\npath = "../shared"\n'
        write_files(
            root, {"jaunt.toml": ONE_ATTEMPT + store, "src/app/__init__.py": "", "src/app/a.py": RATED.format(rate)}
        )
        record(root, {"app.a": answer})  # the third project's is that of the first, by the store
        assert run_in(root, "build").code == 0
        ran = run_python(
            "-c", "from app.a import price; print(price(1))", cwd=root, PYTHONPATH=python_path(root / "src")
        )
        assert ran.stdout == f"{expected}\n", name


PARSING = '''\
"""Reading expenses from text."""

from collections.abc import Iterable, Iterator

import jaunt
from spend.errors import ParseError
from spend.models import Expense, guess_category
from spend.money import parse_amount


@jaunt.magic
def parse_line(line: str, number: int = 1) -> Expense:
    """Return the expense in a line `DATE AMOUNT NOTE...`, with `guess_category` of the note and `parse_amount`.

    DATE is ISO 8601. ParseError with `number` for anything else, and for days before 1970.
    """
    ...


@jaunt.magic
def parse_lines(lines: Iterable[str]) -> Iterator[Expense]:
    """Yield an expense for each line by `parse_line`, lazily. Blank lines and those from "#" on are skipped."""
    ...
'''
MONEY = '''\
from decimal import Decimal

import jaunt

SYMBOLS = "€$"
PLACES = 2


@jaunt.magic
def parse_amount(text: str, *, places: int = PLACES) -> Decimal:
    """Return the amount in `text`."""
    ...


@jaunt.magic
def format_amount(amount: Decimal, symbol: str = "€") -> str:
    """Return `amount` with two digits."""
    ...
'''
LINTED = """\
[project]
name = "spend"
version = "0"

[tool.ruff.lint]
extend-select = ["PIE"]
unfixable = ["F401", "PIE790"]
ignore = ["PIE790"]
"""
# Of a version with one line of JSON for all specs, where two people had changed one each.
CONFLICT = """\
# This file was generated by jaunt. DO NOT EDIT.
# jaunt:tool_version=0.1.0
# jaunt:kind=build
# jaunt:source_module=spend.money
<<<<<<< HEAD
# jaunt:module_digest=sha256:7ae005b4e4001e950ef8237dceab6ca7447b22978720daed6f3a507c98270f66
# jaunt:spec_refs=["spend.money:format_amount", "spend.money:parse_amount"]
=======
# jaunt:module_digest=sha256:87de007f2f0a8e9fa240b9655c647d8b5a84ae845fbe29e7c5abfa54710d1b27
# jaunt:spec_refs=["spend.money:format_amount", "spend.money:parse_amount"]
>>>>>>> alice
# jaunt:dependency_digests={}
# jaunt:body_digest=sha256:9d92750e6dc554979856a9006a7a6908cc90c0bf2dd493ffb897746a512b5d47
# jaunt:python=3.11

from decimal import Decimal


def parse_amount(text: str, *, places: int = 2) -> Decimal:
    return Decimal(text)


def format_amount(amount: Decimal, symbol: str = "€") -> str:
    return f"{amount:.2f} {symbol}"
"""


def test_a_linters_run_changes_no_contract_and_a_merge_is_told_as_one(tmp_path: Path, run_in: RunIn) -> None:
    write_files(
        tmp_path,
        {
            "jaunt.toml": ONE_ATTEMPT,
            "pyproject.toml": LINTED,
            "src/spend/__init__.py": "",
            "src/spend/errors.py": "class ParseError(Exception): ...\n",
            "src/spend/models.py": "class Expense: ...\n\n\ndef guess_category(note: str) -> str:\n    return note\n",
            "src/spend/parsing.py": PARSING,
            "src/spend/money.py": MONEY,
            "src/spend/__generated__/money.py": CONFLICT,
        },
    )
    before = run_in(tmp_path, "status", "spend.parsing", "--json").facts
    ruff = [sys.executable, "-m", "ruff", "check", "--fix", "-q", "src/spend/parsing.py"]
    told = subprocess.run(ruff, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert "guess_category" in told  # it is reported, and left
    after = run_in(tmp_path, "status", "spend.parsing", "--json").facts
    left = (tmp_path / "src/spend/parsing.py").read_text(encoding="utf-8")
    assert ("guess_category\nfrom spend.money import parse_amount" in left, left.count("    ...\n")) == (True, 2), told
    assert before == after
    said = run_in(tmp_path, "status")
    assert "conflict spend.money" in said.out
    assert "--force" not in said.out + said.err
    assert run_in(tmp_path, "build", "--dry-run").out.count("spend.money") == 1


def test_a_projects_own_tests_pass_as_before_after_init(tmp_path: Path, run_in: RunIn) -> None:
    settings = '[tool.pytest.ini_options]\ntestpaths = ["tests"]\npythonpath = ["src"]\n'
    write_files(
        tmp_path,
        {
            "pyproject.toml": f'[project]\nname = "shop"\nversion = "0.1"\n{settings}',
            "src/shop/__init__.py": "",
            "tests/helpers.py": "def five() -> int:\n    return 5\n",
            "tests/test_price.py": "from helpers import five\n\n\ndef test_five():\n    assert five() == 5\n",
        },
    )
    before = {*tmp_path.rglob("*.py")}
    assert run_in(tmp_path, "init").code == 0
    assert {*tmp_path.rglob("*.py")} == before
    ran = run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert (ran.returncode, "1 passed" in ran.stdout) == (0, True), ran.stdout
