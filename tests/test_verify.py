"""What ruff and ty say of a candidate, with the real programs and a project on disk."""

import asyncio
import os
from pathlib import Path

import pytest
from candidates import Sample, make_sample
from corpus import GOOD, Case, function

from jaunt.checks import StaticCheck, ToolCheck
from jaunt.config import VerifyConfig
from jaunt.ruff import check_with_ruff
from jaunt.ty import check_with_ty
from jaunt.validation import Checked
from jaunt.verify import Place, ToolError, find_tool

INC = Case(function("def inc(n: int) -> int:"), "def inc(n: int) -> int:\n    return n + 1\n")


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return make_sample(tmp_path, {"inc": INC, "node": GOOD["class_in_a_handwritten_type"]})


def place_of(sample: Sample, name: str = "inc") -> Place:
    return next(check.place for check in sample.checks(name) if isinstance(check, ToolCheck))


def ruff(sample: Sample, source: str) -> Checked:
    return asyncio.run(check_with_ruff(source, place_of(sample)))


def ty(sample: Sample, source: str, name: str = "inc") -> list[str]:
    return asyncio.run(check_with_ty(source, place_of(sample, name)))


def test_a_candidate_is_formatted_and_what_is_safe_is_fixed(sample: Sample) -> None:
    checked = ruff(sample, "import os\ndef inc(n:int)->int: return (n+1)\n")
    assert checked == Checked("def inc(n: int) -> int:\n    return n + 1\n", [])


def test_what_cannot_be_fixed_safely_is_an_error_with_line_rule_and_text(sample: Sample) -> None:
    checked = ruff(sample, "def inc(n: int) -> int:\n    unused = 1\n    return nope\n")
    assert [error.partition("`")[0] for error in checked.errors] == [
        "ruff: line 2: F841 Local variable ",
        "ruff: line 3: F821 Undefined name ",
    ]
    assert checked.errors[1].endswith(": `return nope`")
    assert "unused = 1" in checked.source


def test_the_settings_are_those_of_the_project_at_the_generated_file(sample: Sample) -> None:
    source = 'def inc(n: int) -> int:\n    """Add."""\n    return n + len("' + "x " * 60 + '")\n'
    assert list(ruff(sample, source).errors) == []
    settings = sample.project.root / "ruff.toml"
    settings.write_text('[lint]\nselect = ["E501"]\n[format]\nquote-style = "single"\n')
    checked = ruff(sample, source)
    assert "E501" in checked.errors[0]
    assert "'x x" in checked.source
    settings.write_text('unsafe-fixes = true\n[lint]\nselect = ["F841"]\n')
    assert "unused = 1" in ruff(sample, "def inc(n: int) -> int:\n    unused = 1\n    return n\n").source


def test_without_settings_only_what_is_surely_wrong_counts(sample: Sample) -> None:
    source = "class _C:\n    names: list[str] = []\n\n\ndef inc(n: int) -> int:\n    l = n\n    return l\n"
    assert list(ruff(sample, source).errors) == []
    pyproject = sample.project.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text() + '[tool.ruff.lint]\nselect = ["E741"]\n')
    assert "E741" in ruff(sample, source).errors[0]


def test_a_project_that_excludes_generated_files_keeps_its_candidates_whole(sample: Sample) -> None:
    settings = 'extend-exclude = ["__generated__"]\nforce-exclude = true\n'
    (sample.project.root / "ruff.toml").write_text(settings)
    assert ruff(sample, INC.candidate).source == INC.candidate


def test_settings_that_ruff_cannot_read_fail_the_check(sample: Sample) -> None:
    (sample.project.root / "ruff.toml").write_text("no-such-setting = 1\n")
    with pytest.raises(ToolError, match="ruff failed: "):
        ruff(sample, INC.candidate)


def test_ty_finds_what_is_wrong_in_the_candidate_with_line_and_text(sample: Sample) -> None:
    assert ty(sample, INC.candidate) == []
    (error,) = ty(sample, "def inc(n: int) -> int:\n    return str(n)\n")
    assert error.startswith("ty: line 2: ")
    assert error.endswith("]: `return str(n)`")


def test_ty_knows_the_project_around_the_candidate(sample: Sample) -> None:
    (sample.project.root / "src/app/words.py").write_text("def split(text: str) -> list[str]:\n    return [text]\n")
    good = "from app.words import split\n\n\ndef inc(n: int) -> int:\n    return len(split('')) + n\n"
    assert ty(sample, good) == []
    assert "[invalid-argument-type]" in ty(sample, good.replace("split('')", "split(1)"))[0]
    assert "`split_all`" in ty(sample, good.replace("import split", "import split_all as split"))[0]


def test_ty_takes_a_candidate_as_if_it_stood_in_place(sample: Sample) -> None:
    relative = "from ..inc import inc as stub\n\n\ndef inc(n: int) -> int:\n    return stub(n)\n"
    assert ty(sample, relative) == []
    assert not (sample.project.root / "src/app/__generated__").exists()


def test_to_ty_a_generated_class_is_the_class_of_the_spec_module(sample: Sample) -> None:
    good = sample.candidate("node").replace("app.class_in_a_handwritten_type", "app.node")
    assert ty(sample, good, "node") == []
    wrong = good.replace("return Tree(node)", "return Tree(name)")
    assert wrong != good
    assert "[invalid-argument-type]" in ty(sample, wrong, "node")[0]


def test_errors_elsewhere_in_the_project_do_not_count(sample: Sample) -> None:
    (sample.project.root / "src/app/broken.py").write_text("x: int = 'text'\ny = nope\n")
    assert ty(sample, "import app.broken as b\n\n\ndef inc(n: int) -> int:\n    return b.x + n\n") == []


def test_an_import_that_the_spec_module_cannot_resolve_either_does_not_count(tmp_path: Path) -> None:
    above = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from missing_types import Number"
    case = Case(function('def inc(n: "Number") -> int:', above=above), "")
    sample = make_sample(tmp_path, {"inc": case})
    answer = f'{above}\n\n\ndef inc(n: "Number") -> int:\n    return 1\n'
    assert ty(sample, answer) == []
    assert "missing_others" in ty(sample, answer.replace("missing_types", "missing_others"))[0]


def test_the_projects_own_settings_of_ty_hold(sample: Sample) -> None:
    source = "def inc(n: int) -> int:\n    return nope\n"
    assert len(ty(sample, source)) == 1
    (sample.project.root / "ty.toml").write_text(
        '[rules]\nunresolved-reference = "ignore"\n[src]\nexclude = ["**/__generated__/**", "**/*-stubs/**"]\n'
    )
    assert ty(sample, source) == []
    assert len(ty(sample, "def inc(n: int) -> int:\n    return ''\n")) == 1


def test_settings_that_ty_cannot_read_fail_the_check(sample: Sample) -> None:
    (sample.project.root / "ty.toml").write_text("no-such-setting = [\n")
    with pytest.raises(ToolError, match="ty failed: "):
        ty(sample, INC.candidate)


def test_a_tool_that_is_not_installed_says_so() -> None:
    with pytest.raises(ToolError, match="no-such-tool is not installed"):
        find_tool("no-such-tool")
    assert os.access(find_tool("ruff"), os.X_OK)


def test_a_tool_that_cannot_work_is_an_error_or_a_warning_by_its_severity(sample: Sample) -> None:
    (sample.project.root / "ruff.toml").write_text("no-such-setting = 1\n")
    static = next(check for check in sample.checks("inc") if isinstance(check, StaticCheck))
    error = asyncio.run(ToolCheck("ruff", "error", place_of(sample), static)(INC.candidate))
    warning = asyncio.run(ToolCheck("ruff", "warn", place_of(sample), static)(INC.candidate))
    assert error.errors == warning.warnings
    assert error.errors[0].startswith("ruff failed: ")
    assert (list(error.warnings), list(warning.errors)) == ([], [])
    assert VerifyConfig().ruff == VerifyConfig().ty == "error"


def test_many_candidates_are_checked_at_once_without_mixing_them_up(sample: Sample) -> None:
    sources = [f"def inc(n: int) -> int:\n    return nope_{index}\n" for index in range(8)]
    place = place_of(sample)

    async def all_of_them() -> list[list[str]]:
        return await asyncio.gather(*(check_with_ty(source, place) for source in sources))

    found = asyncio.run(all_of_them())
    assert [f"nope_{index}" in errors[0] for index, errors in enumerate(found)] == [True] * 8
