"""`jaunt test --strength`, and `[test] min_strength`: what is told and written, and whom it asks."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from projects import write_files
from said import RunIn

SPEC = '''\
import jaunt


@jaunt.magic
def shorten(text: str, limit: int = 5) -> str:
    """Return at most `limit` characters of `text`, or all of it if it has no more."""
    ...
'''
CODE = "def shorten(text: str, limit: int = 5) -> str:\n    return text[:limit] if len(text) > limit else text\n"
TEST_SPEC = '''\
import jaunt
from app.cut import shorten


@jaunt.test(deps=[shorten])
def test_shorten() -> None:
    """A long text is cut."""
    ...
'''
HEAD = "from app.cut import shorten\n\n\ndef test_shorten() -> None:\n"
WEAK = f'{HEAD}    assert len(shorten("abcdefgh")) < 8\n'
STRONG = (
    f'{HEAD}    assert shorten("abcdefgh") == "abcde"\n    assert shorten("abc") == "abc"\n'
    '    assert shorten("abcd", 3) == "abc"\n    assert shorten("ab", 4) == "ab"\n'
)
WRONG = f'{HEAD}    assert shorten("abcdefgh") == "abcdef"\n'
MODEL = """\
import pathlib, re, sys
prompt = sys.stdin.read()
module = re.search(r"implements the (?:test )?specs in `([\\w.]+)`", prompt)[1]
here = pathlib.Path(__file__).parent
asked = "too weak" in prompt
(here / f"{module}.{'again' if asked else 'first'}.prompt").write_text(prompt)
with (here / "calls.txt").open("a") as calls:
    calls.write(f"{module} {'again' if asked else 'first'}\\n")
print((here / (f"{module}.better" if asked else f"{module}.answer")).read_text())
"""
EQUIVALENT = ">= limit"  # of a text that is just as long as the limit, the slice is the text

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A function that makes a project whose model answers with tests, and if it is asked again, with better ones."""

    def make(answer: str, better: str = STRONG, *, least: float | None = None) -> Path:
        model = tmp_path / "model"
        answers = {"app.cut.answer": CODE, "tests.test_cut.answer": answer, "tests.test_cut.better": better}
        write_files(model, {"model.py": MODEL, **answers})
        gate = "" if least is None else f"[test]\nmin_strength = {least}\n"
        toml = f'[llm]\nprovider = "command"\ncommand = {json.dumps([sys.executable, str(model / "model.py")])}\n'
        off = '[verify]\nruff = "off"\nty = "off"\ndoctests = false\n'
        files = {"src/app/__init__.py": "", "src/app/cut.py": SPEC, "tests/__init__.py": ""}
        write_files(tmp_path / "project", {**files, "tests/test_cut.py": TEST_SPEC, "jaunt.toml": toml + off + gate})
        return tmp_path / "project"

    return make


def calls(root: Path) -> list[str]:
    """Return what the model was asked for since the last look."""
    file = root.parent / "model" / "calls.txt"
    found = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return sorted(found)


def generated(root: Path) -> Path:
    return root / "tests/__generated__/test_cut.py"


def modules(facts: Mapping[str, object]) -> dict[str, object]:
    strength = facts["strength"]
    assert isinstance(strength, dict)
    (module,) = strength["modules"]
    return module


def test_strength_is_told_written_and_shown(make: Make, run_in: RunIn) -> None:
    root = make(WEAK)
    said = run_in(root, "test")
    assert (said.code, "strength" in said.out, (root / ".jaunt/strength.html").exists()) == (0, False, False)
    before = generated(root).read_text()
    said = run_in(root, "test", "--strength", "-v")
    assert (said.code, said.err) == (0, "")
    assert calls(root) == ["app.cut first", "tests.test_cut first"]
    (line,) = [each for each in said.lines if each.startswith("strength: tests.test_cut")]
    assert line.startswith("strength: tests.test_cut: 2 of 4 mutants noticed (0.50")
    assert any("`def shorten(text: str, limit: int = 5) -> str:` -> " in each for each in said.lines)
    assert "  test_shorten: 2 of the 4 that it reaches" in said.lines
    lines = generated(root).read_text().splitlines(keepends=True)
    (field,) = [each for each in lines if each.startswith("# jaunt:strength=2 of 4 timeouts=0 waived=0 on=")]
    lines.remove(field)
    assert "".join(lines) == before
    page = (root / ".jaunt/strength.html").read_text()
    assert page.count("<del>") == page.count("<ins>") == 2
    assert "len(text) &gt;= limit" in page and "<script" not in page
    told = run_in(root, "status", "--check", "-v")
    assert (told.code, "strength tests.test_cut  2 of 4 mutants noticed" in told.lines) == (0, True)
    assert run_in(root, "check").code == 0
    facts = run_in(root, "test", "--json", "--html", "page.html").facts
    assert modules(facts)["score"] == 0.5
    assert facts["strength"]["code"] == [{"module": "app.cut", "score": 0.5, "noticed": 2, "survived": 2}]
    assert (root / "page.html").is_file()
    assert generated(root).read_text().count("jaunt:strength") == 1
    assert calls(root) == []
    spec = root / "tests/test_cut.py"
    spec.write_text(f"{spec.read_text()}# jaunt:equivalent 12345678 nothing\n")
    told = run_in(root, "status", "-v")
    assert "strength tests.test_cut  2 of 4 mutants noticed, of other code or tests" in told.lines


def test_strong_tests_pass_the_gate_without_a_call_and_are_measured_once(make: Make, run_in: RunIn) -> None:
    root = make(STRONG, least=0.7)
    said = run_in(root, "test")
    assert (said.code, said.err) == (0, "")
    assert calls(root) == ["app.cut first", "tests.test_cut first"]
    assert "strength: tests.test_cut" in said.out
    stamped = generated(root).read_bytes()
    again = run_in(root, "test", "--json")
    assert (again.code, again.facts["strength"]["modules"]) == (0, [])
    assert list(again.facts["strength"]["unchanged"]) == ["tests.test_cut"]
    assert generated(root).read_bytes() == stamped


def test_survivors_go_once_to_the_model_that_writes_tests(make: Make, run_in: RunIn) -> None:
    root = make(WEAK, least=0.7)
    said = run_in(root, "test")
    assert (said.code, said.err) == (0, "")
    assert calls(root) == ["app.cut first", "tests.test_cut again", "tests.test_cut first"]
    assert '"abc"' in generated(root).read_text()
    prompt = (root.parent / "model/tests.test_cut.again.prompt").read_text()
    assert "changed to `return text[:limit] if len(text) >= limit else text`" in prompt
    assert not list((root.parent / "model").glob("app.*.again.prompt"))
    assert run_in(root, "test").code == 0
    assert calls(root) == []


def test_tests_that_are_no_stronger_do_not_stay(make: Make, run_in: RunIn) -> None:
    root = make(WEAK, WRONG + "    assert shorten('') == ''\n", least=0.7)
    said = run_in(root, "test", "--json")
    assert said.code == 4
    assert calls(root) == ["app.cut first", "tests.test_cut again", "tests.test_cut first"]
    assert f"{HEAD}    assert len(shorten" in generated(root).read_text()
    assert "''" not in generated(root).read_text()
    assert "fail on the code" in said.err
    assert "error: of the stronger tests, tests/__generated__/test_cut.py::test_shorten: " in said.err
    assert any(line.startswith("error: tests.test_cut: its tests are too weak: 2 of 4") for line in said.errors)
    assert modules(said.facts)["score"] == 0.5
    assert "jaunt:strength=2 of 4" in generated(root).read_text()


def test_tests_that_a_person_edited_are_neither_overwritten_nor_stamped(make: Make, run_in: RunIn) -> None:
    root = make(WEAK)
    run_in(root, "test")
    generated(root).write_text(generated(root).read_text() + "\n\nX = 1\n")
    edited = generated(root).read_bytes()
    (root / "jaunt.toml").write_text((root / "jaunt.toml").read_text() + "[test]\nmin_strength = 0.7\n")
    said = run_in(root, "test")
    assert said.code != 0
    assert generated(root).read_bytes() == edited
    assert "tests.test_cut again" not in calls(root)


def test_a_waiver_lets_an_equivalent_mutant_pass(make: Make, run_in: RunIn) -> None:
    root = make(STRONG, least=1.0)
    (root.parent / "model/tests.test_cut.better").write_text(STRONG)
    said = run_in(root, "test", "--json")
    assert said.code == 4
    (survivor,) = modules(said.facts)["survivors"]  # ty: ignore[not-iterable]
    assert EQUIVALENT in survivor["after"]
    calls(root)
    spec = root / "tests/test_cut.py"
    spec.write_text(
        f"{spec.read_text()}\n# jaunt:equivalent {survivor['mutant']} as long as the limit, the slice is all\n"
    )
    said = run_in(root, "test", "--json")
    assert (said.code, modules(said.facts)["waived"], calls(root)) == (0, 1, [])


def test_a_share_above_one_is_an_error(make: Make, run_in: RunIn) -> None:
    said = run_in(make(STRONG, least=80), "test")
    assert said.code == 2
    assert "test.min_strength: must be from 0 to 1, is 80" in said.err
