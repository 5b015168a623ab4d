"""Codes of errors: each has one page and one meaning, is used, and is told wherever its error is."""

import ast
import json
import pickle
import re
from collections import Counter
from pathlib import Path

import pytest
from folders import REPOSITORY
from said import Run, RunIn

from jaunt import codes, errors
from jaunt.checks import CHECKS, load_check
from jaunt.commands.help.code_pages import PAGES
from jaunt.commands.help.pages import topics
from jaunt.text.coded import Coded, code_of, with_code

NAMES = {name: value for name, value in vars(codes).items() if name.isupper()}
PACKAGE = REPOSITORY / "src" / "jaunt"


def used_names() -> Counter[str]:
    """Return how often each constant of `jaunt.codes` is named in jaunt's files, its own and the pages left out."""
    files = [file for file in PACKAGE.rglob("*.py") if file.name not in ("codes.py", "code_pages.py")]
    trees = [ast.parse(file.read_bytes()) for file in files]
    return Counter(
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "codes"
    )


def test_each_code_is_one_and_has_one_page() -> None:
    values = [*NAMES.values()]
    assert len(values) == len({*values}) > 70
    assert [value for value in values if not re.fullmatch(r"J\d{3}", value)] == []
    assert list(PAGES) == sorted(values)


def test_each_code_is_used_and_stands_nowhere_as_a_text() -> None:
    used = used_names()
    of_classes = {each.code for each in vars(errors).values() if isinstance(each, type)} - {""}
    assert [name for name, value in NAMES.items() if name not in used and value not in of_classes] == []
    texts = [file for file in PACKAGE.rglob("*.py") if re.search(r"[\"']J\d{3}[\"']", file.read_text(encoding="utf-8"))]
    assert texts == [PACKAGE / "codes.py"]


def test_each_page_leads_on_and_says_what_to_do() -> None:
    assert {page.topic for page in PAGES.values()} <= {*topics()}
    assert [code for code, page in PAGES.items() if not (page.happened.endswith(".") and page.remedy)] == []
    titles = [page.title for page in PAGES.values()]
    assert len(titles) == len({*titles})


def test_each_class_of_errors_and_each_check_has_a_code() -> None:
    classes = [each for each in vars(errors).values() if isinstance(each, type) and each is not errors.JauntError]
    assert [each.__name__ for each in classes if each.code not in PAGES] == []
    assert len({each.code for each in classes}) == len(classes)
    assert [name for name in CHECKS if load_check(name).CODE not in PAGES] == []


def test_each_finding_of_the_doctor_that_is_no_ok_has_a_code() -> None:
    bare = []
    for file in (PACKAGE / "commands" / "doctor").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                is_ok = isinstance(node.args[0], ast.Constant) and node.args[0].value == "ok"
                bare += [] if is_ok or len(node.args) == 5 else [f"{file.name}:{node.lineno}"]
    assert bare == []


def test_a_code_goes_along_with_its_text() -> None:
    told = with_code("new", Coded("old", codes.TY))
    assert (told, code_of(told), code_of("plain")) == ("new", codes.TY, "")
    assert code_of(pickle.loads(pickle.dumps(told))) == codes.TY
    assert json.dumps([told]) == '["new"]'


@pytest.mark.parametrize("code", [codes.NO_DOCSTRING, codes.CYCLE, codes.DOCTESTS])
def test_help_shows_and_finds_a_code(run: Run, code: str) -> None:
    page = PAGES[code]
    said = run("help", code.lower())
    assert (said.code, said.lines[0], said.lines[-1]) == (
        0,
        f"{code}: {page.title}",
        f"More: jaunt help {page.topic}",
    )
    assert f"{code}: {page.title}" in run("help", "-k", page.title).out
    assert code in run("help", "-k", code.lower()).out
    assert run("help", "codes", code).lines == said.lines


def test_an_unknown_code_is_told(run: Run) -> None:
    said = run("help", "J999")
    assert (said.code, said.codes) == (2, [codes.COMMAND_LINE])


def _write(root: Path, source: str) -> None:
    (root / "src/app").mkdir(parents=True)
    (root / "src/app/__init__.py").write_text("")
    (root / "jaunt.toml").write_text('[llm]\nprovider = "command"\ncommand = ["false"]\n[verify]\nrobustness = "off"\n')
    (root / "src/app/m.py").write_text(f"import jaunt\n\n\n{source}")


HIDDEN = '@jaunt.magic\ndef f() -> int:\n    """Return 1."""\n    ...\n\n\nf = 2\n'
LOST = '@jaunt.magic\ndef f() -> int:\n    f"""Return {1}."""\n    ...\n'
CIRCLE = (
    '@jaunt.magic\ndef f() -> int:\n    """Return g() + 1."""\n    ...\n'
    '\n\n@jaunt.magic(deps=["app.m:f"])\ndef g() -> "f":\n    """Return f()."""\n    ...\n'
)


@pytest.mark.parametrize(
    ("source", "code"),
    [(HIDDEN, codes.HIDDEN_SPEC), (LOST, codes.NO_DOCSTRING), ("def f(:\n", codes.UNREADABLE_SOURCE)],
)
def test_every_command_tells_the_code_of_what_is_wrong_with_a_spec(
    tmp_path: Path, run_in: RunIn, source: str, code: str
) -> None:
    _write(tmp_path, source)
    for command in ("build", "check"):
        assert run_in(tmp_path, command).codes == [code]
    assert run_in(tmp_path, "check", "--json").facts["drift"][0]["code"] == code
    assert run_in(tmp_path, "status", "--json").facts["codes"] == [code]
    assert run_in(tmp_path, "build", "--dry-run", "--json").facts["codes"] == {"app.m": code}
    assert run_in(tmp_path, "build", "--json").facts["modules"][0]["codes"] == [code]
    assert f"[{code}] " in run_in(tmp_path, "doctor").out
    assert f"title={code}::" in run_in(tmp_path, "check", "--format", "github").err


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ("[llm]\nprovidr = 1\n", codes.WRONG_KEY),
        ("[llm\n", codes.UNREADABLE_CONFIG),
        ('[llm]\nprovider = "none"\n', codes.PROVIDER),
        ('[paths]\nsource_roots = ["packages/*/src"]\n', codes.WRONG_KEY),
    ],
)
def test_what_is_wrong_with_the_configuration_has_a_code(tmp_path: Path, run_in: RunIn, config: str, code: str) -> None:
    _write(tmp_path, HIDDEN.replace("f = 2\n", ""))
    (tmp_path / "jaunt.toml").write_text(config)
    said = run_in(tmp_path, "build")
    assert (said.code, said.codes) == (2, [code])
    assert run_in(tmp_path, "build", "--json").facts["error"]["code"] == code
    assert f"[{code}] " in run_in(tmp_path, "doctor").out


def test_a_refused_candidate_is_told_with_the_codes_of_the_checks(tmp_path: Path, run_in: RunIn) -> None:
    _write(tmp_path, '@jaunt.magic\ndef f(n: int) -> int:\n    """Return n.\n\n    >>> f(2)\n    2\n    """\n    ...\n')
    answer = "import requests\n\n\ndef f(n: int) -> int:\n    return n + 1\n"
    command = json.dumps(["printf", "%s", f"```python\n{answer}```\n"])
    (tmp_path / "jaunt.toml").write_text(
        f'[llm]\nprovider = "command"\ncommand = {command}\n[verify]\nrobustness = "off"\nty = "off"\n'
        "[build]\nmax_attempts = 1\n"
    )
    said = run_in(tmp_path, "build")
    assert said.code == 3
    assert codes.IMPORTS in said.codes
    (module,) = run_in(tmp_path, "build", "--json").facts["modules"]
    assert {codes.IMPORTS} <= {*module["codes"]} <= {*PAGES}
