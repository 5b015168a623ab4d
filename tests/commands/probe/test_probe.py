"""`jaunt probe`: what a spec leaves open, asked by code that passed all checks and disagrees."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser, open_browser
from jsonschema import Draft202012Validator
from projects import edit, write_files
from said import RunIn

from jaunt.cli import main
from jaunt.commands.help.schemas import schema_of_command

SPEC = '''\
import jaunt


@jaunt.magic
def slugify(title: str) -> str:
    r"""Return `title` in lower case, each run of other characters than a-z and 0-9 as one "-".

    >>> slugify("Hello, World")
    'hello-world'
    """
    ...


@jaunt.magic
def twice(n: int) -> int:
    """Return `n` times 2."""
    ...
'''
CODE = """\
import re
import unicodedata


def slugify(title: str) -> str:
    {0}
    return re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")


def twice(n: int) -> int:
    return n * 2
"""
PLAIN = "if not title:\n        raise ValueError(title)"
FOLDING = f'title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()\n    {PLAIN}'
WRONG = 'return "nothing like the example"'
ANSWERS = (PLAIN, FOLDING, WRONG, PLAIN, FOLDING)
ANSWERER = """\
import pathlib, sys
sys.stdin.read()
here = pathlib.Path(__file__).parent
number = next(each for each in range(99) if not (here / f"call{each}").exists())
(here / f"call{number}").touch(exist_ok=False)
print((here / f"answer{number}.py").read_text())
"""
CONFIG = """\
version = 1
[build]
jobs = 1
max_attempts = 1
[verify]
ruff = "off"
ty = "off"
robustness = "off"
[llm]
provider = "command"
command = %s
[llm.price]
input = 1.0
output = 10.0
"""


@pytest.fixture
def shop(tmp_path: Path, run_in: RunIn) -> Path:
    """A project with one module that is built; the further answers of its model differ, or are wrong."""
    answers = {f"model/answer{number}.py": CODE.format(body) for number, body in enumerate(ANSWERS)}
    write_files(tmp_path, {**answers, "model/answer.py": ANSWERER, "project/src/app/__init__.py": ""})
    command = json.dumps([sys.executable, str(tmp_path / "model/answer.py")])
    write_files(tmp_path, {"project/src/app/slug.py": SPEC, "project/jaunt.toml": CONFIG % command})
    root = tmp_path / "project"
    assert run_in(root, "build").code == 0
    return root


@pytest.fixture
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def calls(root: Path) -> int:
    return len([*root.parent.glob("model/call*")])


def test_a_disagreement_becomes_a_question_with_the_lines_that_settle_it(
    shop: Path, run_in: RunIn, capfd: pytest.CaptureFixture[str]
) -> None:
    planned = json.loads(run_in(shop, "probe", "app.slug", "--candidates", "3", "--dry-run", "--json").out)
    assert (planned["cost"]["calls"], planned["cost"]["kept"], calls(shop)) == (3, 0, 1)
    assert planned["cost"]["cost"][0] > 0
    page = shop / "probe.html"
    said = run_in(shop, "probe", "app.slug", "--html", str(page))
    assert said.code == 0, said.err
    assert said.lines[0].startswith("3 further candidates: 3 calls of the model, ")
    assert "1 further candidate did not pass the checks and is left out" in said.err
    assert said.lines[1].startswith("app.slug:slugify: 3 versions differ on ")
    assert said.lines[2] == "  1. slugify('é'): '' (2 of 3, the landed one among them), 'e' (1)", said.out
    assert said.lines[3:9] == [
        "     to settle it, paste what is right into the docstring:",
        "        >>> slugify('é')",
        "        ''",
        "     or",
        "        >>> slugify('é')",
        "        'e'",
    ]
    assert "app.slug:twice: 3 versions agree on all 200 inputs" in said.lines
    assert "app.slug leaves 2 questions open, as far as was tried" in said.lines
    # What was paid for is kept: no key is needed, and nothing is asked.
    edit(shop / "jaunt.toml", 'command = ["', 'command = ["/nowhere/')
    capfd.readouterr()
    assert main(["probe", "app.slug:slugify", "--candidates", "2", "--json"]) == 0
    facts = json.loads(capfd.readouterr().out)  # its lines have the head of a traceback in them
    assert (facts["kept"], facts["asked"], calls(shop)) == (2, 0, 4)
    for each in (planned, facts):
        Draft202012Validator(schema_of_command("probe")).validate(each)
    question, other = facts["questions"]
    assert [each["gives"] for each in other["answers"]] == ["''", "ValueError"]
    assert question["text"] == said.lines[2].removeprefix("  1. ")
    assert [*facts["agreed"]] == ["app.slug:slugify"]
    assert [each["landed"] for each in question["answers"]] == [True, False]
    # The line that is pasted is an example of the contract: the module is stale by it.
    edit(shop / "src/app/slug.py", "    'hello-world'\n", "    'hello-world'\n    >>> slugify('é')\n    'e'\n")
    refused = run_in(shop, "probe", "app.slug")
    assert refused.code == 4
    assert "run: jaunt build --target app.slug" in refused.err


def test_a_page_shows_the_questions(shop: Path, run_in: RunIn, browser: Browser) -> None:
    page = shop / "probe.html"
    assert run_in(shop, "probe", "app.slug:slugify", "--html", str(page)).code == 0
    browser.open(page)
    assert browser.text("h3") == "slugify('é')"
    assert browser.text("tr:nth-child(2) td:first-child") == "2 of 3 landed"
    assert browser.text("tr:nth-child(3) pre") == ">>> slugify('é')\n'e'"
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
    assert browser.console() == []


def test_what_can_t_be_probed_is_said_before_a_call(shop: Path, run_in: RunIn) -> None:
    edit(shop / "jaunt.toml", "[verify]", '[sandbox]\nmode = "off"\n[verify]')
    said = run_in(shop, "probe", "app.slug")
    assert (said.code, calls(shop)) == (2, 1)
    assert "no sandbox here keeps code that is called with any input from writing" in said.err
    assert run_in(shop, "probe", "app.slog").code == 2
