"""Held-out repair: what the model is told of failed tests, and what it isn't."""

import json
import sys
from pathlib import Path

import pytest
from projects import SHOP, SHOP_ANSWERS, write_files

from jaunt.cli import main
from jaunt.config import load_config
from jaunt.project.project import Project, load_project
from jaunt.testing.repair import repairs
from jaunt.testing.run_record import Failure

MODEL = """\
import pathlib, re, sys
prompt = sys.stdin.read()
module = re.search(r"implements the (?:test )?specs in `([\\w.]+)`", prompt)[1]
here = pathlib.Path(__file__).parent
told = "Earlier attempts failed" in prompt
if told:
    (here / "told.txt").write_text(prompt)
better = here / f"{module}.better"
print((better if told and better.exists() else here / f"{module}.answer").read_text())
"""
TESTS = """\
from app.slug import slugify


def test_slugify() -> None:
    assert slugify("A b") == "a-b"


def test_derived() -> None:
    assert slugify("Qq rr Ss") == "qq-rr-ss"
"""
SPECS = (
    SHOP["tests/test_slug.py"]
    + '''

@jaunt.test(deps=[slugify])
def test_derived() -> None:
    """More words than two are joined as well."""
    ...
'''
)
UNCHECKED = '[verify]\nruff = "off"\nty = "off"\nrobustness = "off"\n'  # no finding of theirs plays a part here
WRONG = 'def slugify(text: str) -> str:\n    return text.lower().replace(" ", "_")\n'


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose model writes a wrong `slugify` until it is told of failures."""
    model = tmp_path / "model"
    answers = {**SHOP_ANSWERS, "app.slug": WRONG, "tests.test_slug": TESTS}
    write_files(model, {"model.py": MODEL, **{f"{m}.answer": text for m, text in answers.items()}})
    command = json.dumps([sys.executable, str(model / "model.py")])
    project = tmp_path / "project"
    toml = f'[llm]\nprovider = "command"\ncommand = {command}\n\n{UNCHECKED}'
    write_files(project, {**SHOP, "tests/test_slug.py": SPECS, "jaunt.toml": toml})
    monkeypatch.chdir(project)
    return project


def better(shop: Path) -> Path:
    return shop.parent / "model" / "app.slug.better"


def told(shop: Path) -> str:
    return (shop.parent / "model" / "told.txt").read_text()


def told_of(project: Project, failure: Failure) -> str:
    """Return what a model is told of a failure."""
    found = repairs(project, [failure])
    assert found is not None
    ((text,),) = found.told.values()
    return text


def test_the_code_is_written_anew_and_passes(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    better(shop).write_text(SHOP_ANSWERS["app.slug"])
    assert main(["test", "--repair"]) == 0
    assert "repairing app.slug" in capsys.readouterr().out
    assert "split_words" in (shop / "src/app/__generated__/slug.py").read_text()
    assert main(["build"]) == 0
    assert "split_words" in (shop / "src/app/__generated__/slug.py").read_text()


def test_without_the_option_nothing_is_repaired(shop: Path) -> None:
    better(shop).write_text(SHOP_ANSWERS["app.slug"])
    assert main(["test"]) == 4
    assert "replace" in (shop / "src/app/__generated__/slug.py").read_text()


def test_example_cases_are_told_whole_and_derived_ones_are_not(shop: Path) -> None:
    assert main(["test", "--repair"]) == 4
    prompt = told(shop)
    assert "the test test_slugify fails" in prompt
    assert "'a_b' == 'a-b'" in prompt
    assert "fails with AssertionError: read the contract again" in prompt
    assert "test_derived" not in prompt
    assert "qq-rr-ss" not in prompt
    assert "Qq rr Ss" not in prompt


def test_one_round_is_all(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "--repair"]) == 4
    assert capsys.readouterr().out.count("repairing ") == 1


def test_a_hand_edited_implementation_is_not_overwritten(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    better(shop).write_text(SHOP_ANSWERS["app.slug"])
    assert main(["test"]) == 4
    generated = shop / "src/app/__generated__/slug.py"
    generated.write_text(generated.read_text() + "# mine\n")
    assert main(["test", "--repair"]) == 4
    assert generated.read_text().endswith("# mine\n")
    assert "edited by hand" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("node_id", "details"),
    [("tests/__generated__/test_slug.py::test_unknown", ""), ("elsewhere.py::test_slugify", ""), ("pytest", "")],
)
def test_a_failure_that_belongs_to_no_spec_repairs_nothing(shop: Path, node_id: str, details: str) -> None:
    project = load_project(load_config(root=shop))
    assert repairs(project, [Failure(node_id, "failed", details)]) is None


def test_a_failure_whose_line_is_not_known_is_not_told(shop: Path) -> None:
    main(["test", "--no-run"])
    project = load_project(load_config(root=shop))
    failure = Failure("tests/__generated__/test_slug.py::test_slugify", "assert 'x' == 'secret'", "", "AssertionError")
    assert "secret" not in told_of(project, failure)


def test_a_failure_in_a_file_that_no_longer_parses_is_not_told(shop: Path) -> None:
    main(["test", "--no-run"])
    project = load_project(load_config(root=shop))
    (shop / "tests" / "__generated__" / "test_slug.py").write_text("def test_slugify(:\n")
    name = "tests/__generated__/test_slug.py::test_slugify"
    failure = Failure(name, "'secret'", "test_slug.py:1: AssertionError", "AssertionError")
    assert "secret" not in told_of(project, failure)


def test_a_parametrized_test_is_found_by_its_name(shop: Path) -> None:
    project = load_project(load_config(root=shop))
    failure = Failure("tests/__generated__/test_slug.py::test_slugify[a-b]", "failed")
    found = repairs(project, [failure])
    assert found is not None
    assert list(found.told) == ["tests.test_slug"]
