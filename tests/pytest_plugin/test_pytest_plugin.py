"""The pytest plugin in real pytest runs: quiet where all is well, one line where a spec is not built or not fresh."""

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from processes import CHILD_SECONDS, child_environment, python_path, run_jaunt
from projects import make_shop, write_files

INSTALLED = any(each.value == "jaunt.pytest_plugin" for each in metadata.entry_points(group="pytest11"))

BY_HAND = """\
import sys
from app import words
from app.slug import slugify


def test_slug() -> None:
    assert slugify("A b") == "a-b"


def test_words() -> None:
    assert words.split_words("A b") == ["other"]


def test_nothing_of_jaunt() -> None:
    assert len("a") == 2


def test_good() -> None:
    assert True
"""


class Session:
    """A pytest run: its exit code, its output, and what it said of jaunt in each failed test."""

    def __init__(self, root: Path, *arguments: str) -> None:
        plugin = () if INSTALLED else ("-p", "jaunt.pytest_plugin")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *plugin, *arguments],
            cwd=root,
            env=child_environment(PYTHONPATH=python_path(root / "src")),
            capture_output=True,
            text=True,
            timeout=CHILD_SECONDS,
            check=False,
        )
        self.code, self.out = done.returncode, done.stdout + done.stderr
        parts = re.split(r"^_+ (.*?) _+$", self.out, flags=re.MULTILINE)[1:]
        sections = zip(parts[::2], parts[1::2], strict=True)
        self.sections = {
            name: found[1]
            for name, text in sections
            if (found := re.search(r"^-+ jaunt -+\n(.*)$", text, flags=re.MULTILINE))
        }

    @property
    def summary(self) -> list[str]:
        """The lines of the summary that jaunt has added."""
        return re.findall(r"^jaunt: (.*)$", self.out, flags=re.MULTILINE)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The project SHOP with tests written by hand, not built."""
    return make_shop(tmp_path, changes={"tests/test_by_hand.py": BY_HAND})


@pytest.fixture(scope="module")
def once_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, all of it built; to be copied."""
    root = make_shop(tmp_path_factory.mktemp("built"), changes={"tests/test_by_hand.py": BY_HAND})
    assert run_jaunt("test", "--no-run", cwd=root).returncode == 0
    return root


@pytest.fixture
def built(once_built: Path, tmp_path: Path) -> Path:
    """The same, all of it built."""
    return shutil.copytree(once_built, tmp_path / "shop")


def change(root: Path) -> None:
    source = root / "src/app/words.py"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("Return the words", "Give the words"), encoding="utf-8")


# --- tests that fail ---------------------------------------------------------------------------------


def test_a_test_that_meets_an_unbuilt_spec_says_so_in_one_line(shop: Path) -> None:
    session = Session(shop, "-q", "tests/test_by_hand.py")
    assert session.code == 1
    assert session.sections == {
        "test_slug": "app.slug:slugify is not built (run: jaunt build)",
        "test_words": "app.words:split_words is not built (run: jaunt build)",
    }
    assert session.summary == ["app.slug: not built yet (run: jaunt build), and 3 more: jaunt status lists them"]
    assert not re.search(r"jaunt/runtime/\w+\.py", session.out), "how a spec finds its code is of no interest"


def test_a_failing_test_that_uses_a_stale_spec_says_so(built: Path) -> None:
    change(built)
    session = Session(built, "-q", "tests/test_by_hand.py")
    assert session.code == 1
    assert list(session.sections) == ["test_words"], "neither the test that passed nor the one without specs"
    assert re.fullmatch(
        r"app\.words: stale: spec changed: \S*split_words \(docstring\) \(run: jaunt build\)",
        session.sections["test_words"],
    )
    assert len(session.summary) == 1


def test_a_failure_within_stale_code_says_so(built: Path) -> None:
    change(built)
    indirect = "from app.helper import both\n\n\ndef test_both() -> None:\n    assert both(None)\n"
    write_files(
        built,
        {
            "src/app/helper.py": "from app.words import split_words\n\n\ndef both(x):\n    return split_words(x)\n",
            "tests/test_indirect.py": indirect,
        },
    )
    assert "app.words" in Session(built, "-q", "tests/test_indirect.py").sections["test_both"]


def test_failing_tests_of_a_fresh_project_are_nothing_of_jaunts(built: Path) -> None:
    session = Session(built, "-q", "tests/test_by_hand.py")
    assert (session.code, session.sections, session.summary) == (1, {}, [])


def test_a_file_that_cannot_be_collected_for_an_unbuilt_spec_says_so(shop: Path) -> None:
    early = "from app.slug import slugify\n\nSLUG = slugify('A b')\n\n\ndef test_x() -> None:\n    assert SLUG\n"
    write_files(shop, {"tests/test_early.py": early})
    session = Session(shop, "-q", "tests/test_early.py")
    assert session.code == 2
    assert session.sections == {
        "ERROR collecting tests/test_early.py": "app.slug:slugify is not built (run: jaunt build)"
    }


def test_an_unbuilt_spec_behind_another_error_is_found(shop: Path) -> None:
    wrapped = (
        "from app.slug import slugify\n\n\ndef test_x() -> None:\n    try:\n        slugify('a')\n"
        "    except Exception as error:\n        raise ValueError('no slug') from error\n"
    )
    write_files(shop, {"tests/test_wrapped.py": wrapped})
    assert Session(shop, "-q", "tests/test_wrapped.py").sections["test_x"].startswith("app.slug:slugify is not built")


def test_a_broken_configuration_is_one_line_and_no_crash(shop: Path) -> None:
    (shop / "jaunt.toml").write_text("[llm\n", encoding="utf-8")
    session = Session(shop, "-q", "tests/test_by_hand.py", "-k", "nothing_of_jaunt or good")
    assert session.code == 1
    assert "1 failed, 1 passed" in session.out
    assert len(session.summary) == 1
    assert session.summary[0].startswith("jaunt.toml: not valid TOML")
    assert "INTERNALERROR" not in session.out


# --- where there is nothing to say -------------------------------------------------------------------

LOADED = """\
import sys


def test_what_is_loaded() -> None:
    loaded = sorted(name for name in sys.modules if name.partition(".")[0] == "jaunt")
    print("loaded:", *loaded)


def test_fails() -> None:
    assert False
"""


def loaded(root: Path, *arguments: str) -> list[str]:
    session = Session(root, "-q", "-s", "test_loaded.py", *arguments)
    return re.findall(r"^\.?loaded: (.*)$", session.out, flags=re.MULTILINE)[0].split()


LIGHT = [
    "jaunt",
    "jaunt.codes",
    "jaunt.errors",
    "jaunt.pytest_plugin",
    "jaunt.registry",
    "jaunt.runtime",
    "jaunt.runtime.classes",
    "jaunt.runtime.functions",
    "jaunt.runtime.governed",
    "jaunt.runtime.methods",
    "jaunt.runtime.spec_module",
    "jaunt.runtime.stubs",
    "jaunt.spec_ref",
]


def test_outside_of_a_project_the_light_half_is_loaded_and_nothing_said(tmp_path: Path) -> None:
    write_files(tmp_path, {"test_loaded.py": LOADED, "pyproject.toml": "[project]\nname = 'x'\n"})
    assert loaded(tmp_path) == LIGHT
    session = Session(tmp_path, "-q", "test_loaded.py")
    assert session.code == 1
    assert "jaunt:" not in session.out


def test_in_a_project_where_all_pass_no_more_than_the_plugin_is_loaded(tmp_path: Path) -> None:
    passing = LOADED.replace("assert False", "print('done:', *sorted(n for n in sys.modules if n.startswith('jaunt')))")
    write_files(tmp_path, {"test_loaded.py": passing, "jaunt.toml": "", "src/app.py": ""})
    assert loaded(tmp_path) == sorted([*LIGHT, "jaunt.pytest_plugin.freshness"])


PATCHING = """\
from unittest import mock

import app.slug
import pytest


@mock.patch("app.slug.choice", lambda items: items[0])
def test_mock() -> None:
    assert app.slug


def test_monkeypatch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.slug.choice", len)


def test_a_name_that_is_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.slug, "nowhere", len)
"""


def test_a_patch_of_a_name_that_only_the_generated_code_has_is_told_where_to_go(built: Path) -> None:
    generated = built / "src/app/__generated__/slug.py"
    text = generated.read_text()
    generated.write_text(text.replace("from app.words", "from random import choice\nfrom app.words", 1))
    write_files(built, {"tests/test_patching.py": PATCHING})
    session = Session(built, "-q", "tests/test_patching.py")
    line = "app.slug has no choice: the code that was generated for it has (patch app.__generated__.slug.choice)"
    assert (session.sections["test_mock"], session.sections["test_monkeypatch"]) == (line, line)
    assert "nowhere" not in session.sections.get("test_a_name_that_is_nowhere", "")


def test_a_spec_whose_test_is_not_generated_is_shown_as_skipped(shop: Path) -> None:
    session = Session(shop, "-q", "-rs", "tests/test_slug.py")
    assert session.code == 0
    assert "its test is not generated yet (run: jaunt test)" in session.out
    assert " skipped" in session.out


def test_stubs_are_not_collected(built: Path) -> None:
    session = Session(built, "-q", "--collect-only", "tests/test_slug.py")
    assert session.code == 5
    assert "no tests collected" in session.out


@pytest.mark.parametrize(("named", "code"), [("tests/test_slug.py", 5), ("tests/test_slug.py::test_slugify", 4)])
def test_who_runs_a_file_of_specs_is_told_where_its_tests_are(built: Path, named: str, code: int) -> None:
    session = Session(built, named)
    hint = "tests/test_slug.py holds specs; its tests are in tests/__generated__/test_slug.py"
    assert (session.code, session.summary) == (code, [hint])
    assert Session(built, "tests/test_slug.py", "tests/test_by_hand.py", "-k", "good").summary == []


# --- --jaunt-check -----------------------------------------------------------------------------------


def test_the_check_passes_where_all_is_fresh(built: Path) -> None:
    session = Session(built, "-q", "--jaunt-check", "tests/test_by_hand.py", "-k", "good")
    assert session.code == 0
    assert "not fresh" not in session.out


def test_the_check_fails_a_session_that_passed_on_drift(built: Path) -> None:
    change(built)
    session = Session(built, "-q", "--jaunt-check", "tests/test_by_hand.py", "-k", "good")
    assert session.code == 1
    assert "1 passed" in session.out
    assert "= jaunt: not fresh =" in session.out
    assert [line.partition(":")[0] for line in session.out.splitlines() if "(run: jaunt" in line] == [
        "app.slug",
        "app.words",
        "tests.test_slug",
    ]


def test_the_check_finds_orphans(built: Path) -> None:
    (built / "src/app/tally.py").unlink()
    session = Session(built, "-q", "--jaunt-check", "tests/test_by_hand.py", "-k", "good")
    assert session.code == 1
    assert "orphaned: the spec module app.tally is gone" in session.out


def test_the_check_works_from_a_folder_below(built: Path) -> None:
    change(built)
    write_files(built, {"tests/below/test_x.py": "def test_x():\n    pass\n", "tests/below/pytest.ini": "[pytest]\n"})
    assert Session(built / "tests/below", "-q", "--jaunt-check").code == 1


def test_the_check_of_no_project_fails_and_says_so(tmp_path: Path) -> None:
    write_files(tmp_path, {"test_x.py": "def test_x():\n    pass\n"})
    session = Session(tmp_path, "-q", "--jaunt-check", "test_x.py")
    assert session.code == 1
    assert "no jaunt project in" in session.out


def test_a_failed_session_keeps_its_exit_code(built: Path) -> None:
    change(built)
    assert Session(built, "-q", "--jaunt-check", "nowhere.py").code == 4


def test_a_large_drift_is_cut(tmp_path: Path) -> None:
    spec = 'import jaunt\n\n\n@jaunt.magic\ndef f() -> int:\n    """One."""\n    ...\n'
    write_files(tmp_path, {"jaunt.toml": "", **{f"src/m{number:03}.py": spec for number in range(50)}})
    session = Session(tmp_path, "-q", "--jaunt-check")
    assert session.code == 1
    assert len(re.findall(r"^m\d+: not built yet", session.out, flags=re.MULTILINE)) == 20
    assert "and 30 more: jaunt check lists them" in session.out
