"""What ty says of a candidate, with the real program and a project on disk."""

import asyncio
from pathlib import Path

import pytest
from candidates import INC, Sample, make_sample
from corpus import GOOD, Case, function

from jaunt.checks.tools.tool import ToolError
from jaunt.checks.tools.ty import Ty
from jaunt.generate.check import Checked


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return make_sample(tmp_path, {"inc": INC, "node": GOOD["class_in_a_handwritten_type"]})


def ty(sample: Sample, source: str, name: str = "inc") -> list[str]:
    return list(asyncio.run(Ty().check(source, sample.work(name))).errors)


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


def test_a_package_of_a_workspace_has_its_own_settings_of_ty(tmp_path: Path) -> None:
    sample = make_sample(tmp_path, {"inc": INC})
    root = sample.project.root
    source = "def inc(n: int) -> int:\n    return nope\n"
    (root / "ty.toml").write_text('[rules]\ninvalid-return-type = "ignore"\n')
    assert len(ty(sample, source)) == 1
    assert sample.work("inc").base == root / "src"
    (root / "src/pyproject.toml").write_text('[tool.ty.rules]\nunresolved-reference = "ignore"\n')
    assert ty(sample, source) == []
    (root / "src/pyproject.toml").write_text("[tool.ty.rules]\n= 1\n")
    with pytest.raises(ToolError, match=r"src.pyproject.toml: "):
        ty(sample, source)


def test_settings_that_ty_cannot_read_fail_the_check(sample: Sample) -> None:
    (sample.project.root / "ty.toml").write_text("no-such-setting = [\n")
    with pytest.raises(ToolError, match="ty failed: "):
        ty(sample, INC.candidate)


def test_many_candidates_are_checked_at_once_without_mixing_them_up(sample: Sample) -> None:
    sources = [f"def inc(n: int) -> int:\n    return nope_{index}\n" for index in range(8)]
    work = sample.work("inc")

    async def all_of_them() -> list[Checked]:
        tool = Ty()
        return await asyncio.gather(*(tool.check(source, work) for source in sources))

    found = asyncio.run(all_of_them())
    assert [f"nope_{index}" in checked.errors[0] for index, checked in enumerate(found)] == [True] * 8


def test_candidates_of_several_modules_are_checked_together_without_mixing_them_up(tmp_path: Path) -> None:
    names = [f"inc{index}" for index in range(12)]
    sample = make_sample(tmp_path, dict.fromkeys(names, INC))
    wrong = {"inc4": "-> int:\n    return nope\n", "inc9": "-> int:\n    return str(n)\n"}

    async def all_of_them() -> list[Checked]:
        sources = [f"def inc(n: int) {wrong[name]}" if name in wrong else INC.candidate for name in names]
        works = [sample.work(name) for name in names]
        tool = Ty()
        return await asyncio.gather(*(tool.check(*each) for each in zip(sources, works, strict=True)))

    found = dict(zip(names, asyncio.run(all_of_them()), strict=True))
    assert {name for name, checked in found.items() if checked.errors} == {"inc4", "inc9"}
    assert "nope" in found["inc4"].errors[0]
    assert "str" in found["inc9"].errors[0]


GUESSED = "def _first(pairs):\n    link = None\n    return link[0] + pairs\n\n\n"


def test_without_settings_ty_does_not_guess_in_functions_without_annotations(sample: Sample) -> None:
    assert ty(sample, GUESSED + INC.candidate) == []
    assert "[not-subscriptable]" in ty(sample, GUESSED.replace("(pairs)", "(pairs: int)") + INC.candidate)[0]
    assert "[unresolved-reference]" in ty(sample, GUESSED.replace("link[0]", "lnk") + INC.candidate)[0]
    assert "[too-many-positional-arguments]" in ty(sample, GUESSED + INC.candidate.replace("n + 1", "_first(n, 1)"))[0]


IN_BLOCKS = """\
import sys


class _Table:
    def _make(op, name):
        def method(self):
            return op
        method.__name__ = name
        return method

    if sys.version_info < (3, 100):

        def _other(op):
            try:
                op.x = 1
            except ValueError:
                return op.upper()
            return op

    eq = _make(str, "eq")


"""


def test_class_bodies_without_annotations_are_guesses_too_also_in_blocks(sample: Sample) -> None:
    assert ty(sample, IN_BLOCKS + INC.candidate) == []
    assert ty(sample, IN_BLOCKS.replace("_other(op)", "_other(op) -> object") + INC.candidate) != []


NAMED = """\
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def _told(f: Callable[[int], str], g: F, h: Callable[[], int] | None) -> F:
    f.__name__ = f"{f.__qualname__} {g.__name__}"
    print(h.__doc__ if h is not None else f.__defaults__)
    return g


"""


def test_callables_are_taken_for_functions_which_have_names(sample: Sample) -> None:
    assert ty(sample, NAMED + INC.candidate) == []
    assert "`nope`" in ty(sample, NAMED.replace("g.__name__", "f.nope") + INC.candidate)[0]
    assert "`__name__`" in ty(sample, NAMED.replace("g.__name__", "len('').__name__") + INC.candidate)[0]


HIDING = """\
import re
import datetime as dt


class _Regex:
    dt: "dt.date | None"

    @property
    def re(self) -> re.Pattern[str]:
        return re.compile("a")

    def find(self, text: str, also: "list[re.Pattern[str]]" = []) -> "re.Match[str] | None":
        return re.search("a", text)

    def date(self) -> "dt.date":
        return dt.date(1, 2, 3)


"""


def test_a_member_with_the_name_of_a_module_hides_it_in_no_annotation(sample: Sample) -> None:
    (sample.project.root / "ty.toml").write_text("[rules]\n")
    assert ty(sample, HIDING + INC.candidate) == []
    assert "`compile`" in ty(sample, HIDING.replace("re.compile", "self.re.compile") + INC.candidate)[0]
    assert "`Nope`" in ty(sample, HIDING.replace("dt.date(1", "dt.Nope(1") + INC.candidate)[0]
    assert "`Pattern`" in ty(sample, HIDING.replace("import re", "re = 1") + INC.candidate)[0]


OVERLOADED = """\
from typing import overload


@overload
def _span(stop: int) -> range: ...
@overload
def _span(start: int, stop: int) -> range: ...
def _span(*args):
    return range(*args)


"""


def test_overloads_and_what_implements_them_are_signatures_which_a_candidate_has_from_its_spec(sample: Sample) -> None:
    assert ty(sample, OVERLOADED + INC.candidate) == []
    assert "[invalid-argument-type]" in ty(sample, OVERLOADED + INC.candidate.replace("n + 1", "len(_span('a'))"))[0]


def test_a_project_with_settings_for_ty_gets_all_that_ty_says(sample: Sample) -> None:
    (sample.project.root / "ty.toml").write_text("[rules]\n")
    assert "[not-subscriptable]" in ty(sample, GUESSED + INC.candidate)[0]


STUB_FILE_SPEC = """\
import re
from os import path as where

_STEP = 1


def _grow(n):
    return n + _STEP


"""


def test_a_stub_file_beside_the_spec_module_hides_nothing_of_it(tmp_path: Path) -> None:
    sample = make_sample(tmp_path, {"inc": Case(STUB_FILE_SPEC + function("def inc(n: int) -> int:"), "")})
    (tmp_path / "src/app/inc.pyi").write_text("def inc(n: int) -> int: ...\n")
    candidate = (
        "from app.inc import _STEP, _grow, re, where\n\n\ndef inc(n: int) -> int:\n    return _grow(n) + _STEP\n"
    )
    assert ty(sample, candidate) == []
    assert "has no member `_none`" in ty(sample, candidate.replace("_grow,", "_none,"))[0]


def test_a_class_spec_with_a_stub_file_beside_it_is_the_candidates_own(tmp_path: Path) -> None:
    spec = "_STEP = 1\n\n\n" + function("class Count:")
    sample = make_sample(tmp_path, {"inc": Case(spec, "")})
    (tmp_path / "src/app/inc.pyi").write_text("class Count: ...\n")
    candidate = """\
from app.inc import _STEP


class Count:
    steps: int = _STEP

    def twin(self) -> "Count":
        return Count()
"""
    assert ty(sample, candidate) == []
    assert "has no attribute `no`" in ty(sample, candidate.replace("Count()\n", "Count().no()\n"))[0]
