"""The body of a generated file: what a formatter does to it is no edit, what a person does is one."""

import subprocess
import sys
from pathlib import Path

import pytest

from jaunt.header import body_digest, format_header
from jaunt.syntax.body import has_conflict_markers, is_edited
from jaunt.syntax.syntax_digest import syntax_digest

CODE = """\
import sys
import os, re
from a import c, b


def f(x: int,
      y: str='a') -> "list[str]":
  '''Do it.

  Then stop.
  '''
  # why
  del (x)
  return [ y,
     f'{y!r}', "it's" ]


class A():
    'one line'
    limit = 0XFF
    hash = '#', "it's # no comment"
    def g(self): return ((1))
"""


def generated(code: str) -> str:
    """Return a generated file of `code`."""
    header = format_header(
        tool_version="1",
        kind="build",
        source_module="app.a",
        module_digest="0" * 64,
        spec_refs=["app.a:f"],
        body_digest=body_digest(code),
        syntax_digest=syntax_digest(code),
    )
    return f"{header}\n{code}"


@pytest.mark.parametrize("settings", ["", "line-length = 20\n[format]\nquote-style = 'single'\nindent-style = 'tab'\n"])
def test_what_a_formatter_does_is_no_edit(tmp_path: Path, settings: str) -> None:
    (tmp_path / "ruff.toml").write_text(settings)
    file = tmp_path / "a.py"
    file.write_text(generated(CODE))
    for words in (["format"], ["check", "--fix", "--select", "I"]):
        subprocess.run([sys.executable, "-m", "ruff", *words, "-q", str(file)], cwd=tmp_path, check=True)
    text = file.read_text()
    assert text != generated(CODE)
    assert not is_edited(text)


@pytest.mark.parametrize(
    "change",
    [
        ("limit = 0XFF", "limit = 254"),
        ("Then stop.", "Then go on."),
        ("import sys\n", ""),
        ("import c, b", "import b"),
        ("y: str='a'", "y: str='b'"),
        ("  del (x)\n", ""),
        ("limit", "limits"),
        ("# why", "# because"),
        ("# why", ""),
        ("    limit = 0XFF\n", "    limit = 0XFF  # mine\n"),
    ],
)
def test_what_changes_the_code_is_an_edit(change: tuple[str, str]) -> None:
    text = generated(CODE)
    assert not is_edited(text)
    assert is_edited(text.replace(*change))


def test_a_header_of_the_version_before_knows_the_text_alone() -> None:
    before, _, after = generated(CODE).partition("# jaunt:syntax_digest=")
    old = before + after.partition("\n")[2]
    assert not is_edited(old)
    assert is_edited(old.replace("return ((1))", "return (1)"))


def test_what_no_longer_parses_is_an_edit() -> None:
    assert is_edited(generated(CODE).replace("return ((1))", "return ((1)"))


OURS, THEIRS = "<<<<<<< HEAD\n", ">>>>>>> theirs\n"


@pytest.mark.parametrize(
    ("text", "has"),
    [
        (f"a\n{OURS}b\n=======\nc\n{THEIRS}d\n", True),
        (f"a\n{OURS}b\n=======\nc\n{THEIRS}".replace("\n", "\r\n"), True),
        (f"{OURS}b\n||||||| base\nx\n=======\n{THEIRS}", True),
        ("a = 1\n=======\n", False),
        (f"{OURS}b\n", False),
        (f"{THEIRS}=======\n{OURS}", False),
        ("    <<<<<<< HEAD\n=======\n>>>>>>> x\n", False),
    ],
)
def test_the_markers_of_a_conflict_are_known(text: str, has: bool) -> None:
    assert has_conflict_markers(text) is has
