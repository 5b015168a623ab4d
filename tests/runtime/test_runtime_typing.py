"""What a type checker makes of decorated specs: their own types, unchanged."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import jaunt

SPECS = """
from collections.abc import Iterator
from typing import TypeVar, overload, reveal_type
import jaunt

T = TypeVar("T")

@jaunt.magic
def bare(text: str, *, sep: str = "-") -> str: raise NotImplementedError

@jaunt.magic(deps=[bare, "app.slug:other"], prompt="short", infer_deps=False)
def called(items: list[T], n: int) -> T: raise NotImplementedError

@jaunt.magic
async def fetch(url: str) -> bytes: raise NotImplementedError

@jaunt.magic()
def lines(path: str) -> Iterator[str]: raise NotImplementedError

@jaunt.magic
class Limiter:
    size: int
    def __init__(self, size: int) -> None: raise NotImplementedError
    def left(self) -> int: raise NotImplementedError

@jaunt.magic(prompt="fast")
class Fast(Limiter):
    def speed(self) -> float: raise NotImplementedError

@overload
def double(x: int) -> int: ...
@overload
def double(x: str) -> str: ...
@jaunt.magic
def double(x: int | str) -> int | str: raise NotImplementedError

@jaunt.test
def test_bare(tmp_path: str) -> None: raise NotImplementedError

@jaunt.test(deps=bare)
async def test_called() -> None: raise NotImplementedError

async def main() -> None:
"""


RIGHT = {
    "bare('a', sep='_')": "str",
    "called([1], 2)": "int",
    "await fetch('u')": "bytes",
    "lines('p')": "Iterator[str]",
    "Limiter(3)": "Limiter",
    "Limiter(3).left()": "int",
    "Limiter(size=3).size": "int",
    "Fast(3).speed()": "float",
    "Fast(3).left()": "int",
    "double(1)": "int",
    "double('a')": "str",
    "test_bare('p')": "None",
    "await test_called()": "None",
}
WRONG = [
    "bare(1)",
    "bare('a', '_')",
    "bare('a').nope",
    "called([1], 'n')",
    "await fetch(1)",
    "fetch('u').decode()",
    "lines()",
    "Limiter('3')",
    "Limiter(3).nope()",
    "Fast()",
    "double(1.5)",
    "test_bare(1)",
    "jaunt.magic(prompt=3)",
    "jaunt.magic(dep=[])",
    "jaunt.magic('a prompt')",
    "jaunt.test(infer_deps='no')",
]


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What ty says, by source line, of a file with the specs and then the expressions, one a line."""
    ty = shutil.which("ty", path=str(Path(sys.executable).parent)) or shutil.which("ty")
    assert ty, "ty, which jaunt depends on, is not installed"
    folder = tmp_path_factory.mktemp("typed")
    uses = [f"    reveal_type({expression})" for expression in RIGHT] + [f"    {wrong}" for wrong in WRONG]
    source = SPECS + "\n".join(uses) + "\n"
    (folder / "user.py").write_text(source, encoding="utf-8")
    source_root = str(Path(jaunt.__file__).parents[1])
    child = subprocess.run(
        [
            ty,
            "check",
            "--output-format",
            "concise",
            "--python",
            sys.prefix,
            "--extra-search-path",
            source_root,
            ".",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=folder,
    )
    found: dict[str, list[str]] = {line.strip(): [] for line in source.splitlines()}
    for finding in child.stdout.splitlines():
        if finding.startswith("user.py:"):
            found[source.splitlines()[int(finding.split(":")[1]) - 1].strip()].append(finding)
    return found


@pytest.mark.parametrize("expression", RIGHT)
def test_a_right_use_has_the_type_of_the_stub(findings: dict[str, list[str]], expression: str) -> None:
    [finding] = findings[f"reveal_type({expression})"]
    assert f"Revealed type: `{RIGHT[expression]}`" in finding


@pytest.mark.parametrize("expression", WRONG)
def test_a_wrong_use_is_reported(findings: dict[str, list[str]], expression: str) -> None:
    [finding] = findings[expression]
    assert "error[" in finding


def test_the_specs_themselves_are_reported_for_nothing(findings: dict[str, list[str]]) -> None:
    uses = {*WRONG, *(f"reveal_type({expression})" for expression in RIGHT)}
    assert [found for line, found in findings.items() if line not in uses and found] == []


# --- bodies of stubs ---------------------------------------------------------------------------------

STUBS = '''
from collections.abc import AsyncIterator, Iterator
import jaunt

@jaunt.magic
def documented(text: str) -> str:
    """Return `text`."""
    ...

@jaunt.magic(prompt="short")
def bare(text: str) -> str: ...

@jaunt.magic
async def fetch(url: str) -> bytes:
    """Return what is there."""
    ...

@jaunt.magic
def lines(path: str) -> Iterator[str]:
    """Yield lines."""
    ...

@jaunt.magic
def stream(path: str) -> AsyncIterator[str]:
    """Yield lines."""
    ...

@jaunt.magic
class Tally:
    """Counts."""

    def add(self) -> int:
        """Return the next number."""
        ...

    @property
    def size(self) -> int:
        """How many there were."""
        ...

    @classmethod
    def of(cls, size: int) -> "Tally":
        """Return a tally of so many."""
        ...

@jaunt.test
def test_tally() -> None:
    """Assert that the first number is 1."""
    ...
'''

BY_HAND = """
def by_hand(text: str) -> str:
    if text:
        return text
"""

SETTINGS = """
[tool.ty.rules]
invalid-implicit-return-in-function-with-stub-body = "ignore"

[tool.mypy]
disable_error_code = ["empty-body"]
"""
"""What the README tells people to put into pyproject.toml; pyright needs nothing."""

CHECKERS = {
    "ty": ["check", "--output-format", "concise", "--python", sys.prefix, "--extra-search-path"],
    "mypy": ["--strict", "--no-error-summary", "--python-executable", sys.executable],
    "pyright": ["--pythonpath", sys.executable],
}


def check(checker: str, folder: Path, settings: str) -> str:
    """Return what a type checker says of the stubs, and of a function whose body is no stub."""
    program = shutil.which(checker, path=str(Path(sys.executable).parent)) or shutil.which(checker)
    if program is None:
        pytest.skip(f"{checker} is not installed")
    sources = str(Path(jaunt.__file__).parents[1])
    (folder / "user.py").write_text(STUBS + BY_HAND, encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        f'{settings}\n[tool.pyright]\nextraPaths = ["{sources}"]\n', encoding="utf-8"
    )
    options = [*CHECKERS[checker], *([sources] if checker == "ty" else [])]
    child = subprocess.run(
        [program, *options, "user.py"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=folder,
        env={**os.environ, "MYPYPATH": sources},
    )
    return child.stdout + child.stderr


def lines_with_errors(said: str) -> list[int]:
    return [int(line) for line in re.findall(r"user\.py:(\d+)\b.*\berror", said)]


@pytest.mark.parametrize("checker", CHECKERS)
def test_with_the_settings_stubs_are_fine_and_a_return_that_is_missing_is_found(checker: str, tmp_path: Path) -> None:
    [line] = lines_with_errors(check(checker, tmp_path, SETTINGS))
    assert (STUBS + BY_HAND).splitlines()[line - 1].startswith("def by_hand")


@pytest.mark.parametrize("checker", ["ty", "mypy"])
def test_the_settings_are_needed(checker: str, tmp_path: Path) -> None:
    assert len(lines_with_errors(check(checker, tmp_path, ""))) > 5
