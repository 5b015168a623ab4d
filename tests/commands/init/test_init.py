"""`jaunt init`: a project that works at once, and nothing of a person's lost."""

import json
import os
import sys
from pathlib import Path

import pytest
from processes import run_jaunt, run_python
from projects import write_files

from jaunt.cli import main
from jaunt.commands.init.starter import start_project
from jaunt.config import load_config
from jaunt.errors import JauntConfigError
from jaunt.plan.plan import make_plan
from jaunt.project.project import load_project

ALL = {
    ".gitignore",
    "jaunt.toml",
    "src/shop/__init__.py",
    "src/shop/slug.py",
    "tests/test_slug.py",
    "dodo.py",
    "pyproject.toml",
}

ANSWERS = '''\
"""Writes the code of the first spec and of its test."""
import sys
prompt = sys.stdin.read()
CODE = """
import re
from shop.slug import SEPARATOR

def slugify(title: str) -> str:
    words = re.findall("[a-z0-9]+", title.lower())
    if not words:
        raise ValueError(title)
    return SEPARATOR.join(words)
"""
TEST = """
import pytest
from shop.slug import slugify

def test_slugify() -> None:
    assert slugify("A  b") == "a-b"
    assert slugify("--a--") == "a"
    with pytest.raises(ValueError):
        slugify("!")
"""
print("```python" + (TEST if "test_slugify" in prompt else CODE) + "```")
'''


def files_in(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def texts_in(root: Path) -> dict[str, bytes]:
    return {name: (root / name).read_bytes() for name in files_in(root)}


# --- a new project -----------------------------------------------------------------------------------


def test_an_empty_folder_becomes_a_project_whose_status_is_clean(tmp_path: Path) -> None:
    done = run_jaunt("init", "shop", cwd=tmp_path, OPENAI_API_KEY="", ANTHROPIC_API_KEY="")
    assert (done.returncode, done.stderr) == (0, "")
    assert files_in(tmp_path / "shop") == ALL
    assert done.stdout.splitlines()[-1].startswith("next: choose who writes the code, under [llm] in jaunt.toml")
    assert done.stdout.endswith(", then run: jaunt test --root shop\n")
    status = run_jaunt("status", "--root", "shop", cwd=tmp_path)
    assert (status.returncode, status.stderr) == (0, "")
    assert status.stdout.splitlines()[-1] == "2 unbuilt"


def test_what_to_do_next_is_a_sentence_where_there_is_code_but_no_spec(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"src/app/m.py": "X = 1\n", "jaunt.toml": '[llm]\nprovider = "recorded"\n'})
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    assert said == (
        "next: make specs of code that is there (jaunt adopt MODULE, no model), or write one "
        "(jaunt init --example), then run: jaunt test"
    )


def test_once_a_provider_is_set_it_builds_and_its_test_passes(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    assert main(["init", str(root)]) == 0
    (root / "answers.py").write_text(ANSWERS, encoding="utf-8")
    config = root / "jaunt.toml"
    provider = f'provider = "command"\ncommand = ["{sys.executable}", "{{root}}/answers.py"]\n'
    quick = '\n[verify]\nruff = "off"\nty = "off"\n'
    text = config.read_text(encoding="utf-8").replace("[llm]\n", f"[llm]\n{provider}")
    config.write_text(text + quick, encoding="utf-8")
    done = run_jaunt("test", cwd=root)
    assert done.returncode == 0, done.stderr
    assert "1 passed" in done.stdout
    assert run_jaunt("status", cwd=root).stdout.splitlines()[-1] == "2 fresh"
    listed = run_python("-m", "doit", "list", "--all", cwd=root)
    assert "build:shop.slug" in listed.stdout


def test_the_configuration_says_what_holds_without_it(tmp_path: Path) -> None:
    write_files(tmp_path, {"plain/jaunt.toml": "", "plain/src/x.py": ""})
    start_project(tmp_path / "shop")
    written, default = load_config(root=tmp_path / "shop"), load_config(root=tmp_path / "plain")
    for section in ("paths", "llm", "build"):
        assert getattr(written, section) == getattr(default, section)


@pytest.mark.parametrize(
    ("folder", "package"),
    [
        ("My Shop", "my_shop"),
        ("my-shop.v2", "my_shop_v2"),
        ("class", "class_app"),
        ("json", "json_app"),
        ("jaunt", "jaunt_app"),
        ("tests", "tests_app"),
        ("2024", "app"),
        ("...", "app"),
        ("naïve", "na_ve"),
    ],
)
def test_the_package_gets_a_name_that_can_be_imported_and_hides_nothing(
    tmp_path: Path, folder: str, package: str
) -> None:
    assert start_project(tmp_path / folder).package == package
    plan = make_plan(load_project(load_config(root=tmp_path / folder)))
    assert set(plan.freshness) == {f"{package}.slug", "tests.test_slug"}
    assert not plan.problems


def test_json_tells_what_was_done(tmp_path: Path) -> None:
    done = run_jaunt("init", "shop", "--json", cwd=tmp_path)
    facts = json.loads(done.stdout)
    assert (facts["command"], facts["ok"], facts["package"]) == ("init", True, "shop")
    assert set(facts["created"]) == ALL
    assert facts["kept"] == facts["extended"] == []
    assert facts["next"][-1] == "jaunt test --root shop"


def test_what_is_usable_here_is_suggested_and_no_key_is_shown(tmp_path: Path) -> None:
    done = run_jaunt("init", cwd=tmp_path, OPENAI_API_KEY="sk-very-secret-key")
    assert 'provider = "openai", as OPENAI_API_KEY is set' in done.stdout
    assert "very-secret" not in done.stdout + done.stderr
    assert done.stdout.endswith("then run: jaunt test\n")


# --- an existing project -----------------------------------------------------------------------------


def test_a_second_time_writes_nothing(tmp_path: Path) -> None:
    start_project(tmp_path)
    before = texts_in(tmp_path)
    again = start_project(tmp_path)
    assert (again.created, again.extended) == ([], [])
    assert {"jaunt.toml", ".gitignore"} <= again.kept.keys()
    assert texts_in(tmp_path) == before


def test_a_project_that_has_code_gets_its_configuration_only(tmp_path: Path) -> None:
    mine = {
        "src/shop/__init__.py": "X = 1\n",
        "tests/helpers.py": "def five():\n    return 5\n",
        "tests/test_price.py": "from helpers import five\n\n\ndef test_five():\n    assert five() == 5\n",
    }
    write_files(tmp_path, mine)
    assert set(start_project(tmp_path).created) == {"jaunt.toml", ".gitignore"}
    done = run_python("-m", "pytest", "-q", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert set(start_project(tmp_path, example=True).created) >= {"src/shop/slug.py", "tests/test_slug.py"}
    again = run_python("-m", "pytest", "-q", "tests/test_price.py", cwd=tmp_path)
    assert again.returncode == 0, again.stdout


def test_plain_pytest_passes_in_a_new_project(tmp_path: Path) -> None:
    start_project(tmp_path)
    done = run_python("-m", "pytest", "-q", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "1 skipped" in done.stdout


@pytest.mark.parametrize("file", ["app.py", "tests/test_a.py", "pkg/mod.py", "src/pkg/mod.py"])
def test_any_code_of_a_persons_own_counts(tmp_path: Path, file: str) -> None:
    write_files(tmp_path, {file: "X = 1\n"})
    assert set(start_project(tmp_path).created) == {"jaunt.toml", ".gitignore"}


@pytest.mark.parametrize("file", [".venv/lib.py", "dodo.py", "src/pkg/__init__.py"])
def test_what_is_no_code_of_a_persons_own_does_not_count(tmp_path: Path, file: str) -> None:
    write_files(tmp_path, {file: "X = 1\n" if file != "src/pkg/__init__.py" else ""})
    assert "tests/test_slug.py" in start_project(tmp_path).created


def test_the_linter_takes_nothing_of_a_spec_away(tmp_path: Path) -> None:
    start_project(tmp_path)
    (spec,) = tmp_path.glob("src/*/slug.py")
    before = spec.read_text(encoding="utf-8").replace("import jaunt\n", "import decimal\n\nimport jaunt\n")
    spec.write_text(before, encoding="utf-8")
    run_python("-m", "ruff", "check", "--fix", "--select", "F,PIE", ".", cwd=tmp_path)
    assert spec.read_text(encoding="utf-8") == before


def test_an_existing_package_is_used_and_nothing_of_it_is_touched(tmp_path: Path) -> None:
    mine = {
        "pyproject.toml": '[project]\nname = "Big-Store"\n',
        "src/another/__init__.py": "",
        "src/big_store/__init__.py": "X = 1\n",
        "tests/test_by_hand.py": "def test_x() -> None:\n    assert True\n",
        "dodo.py": "def task_mine():\n    return {'actions': ['true']}\n",
        ".gitignore": "*.log\n.jaunt",
    }
    write_files(tmp_path, mine)
    started = start_project(tmp_path, example=True)
    assert started.package == "big_store"
    assert set(started.created) == {
        "jaunt.toml",
        "src/big_store/slug.py",
        "tests/test_slug.py",
    }
    line = "from jaunt.tasks import DOIT_CONFIG, task_build, task_check, task_test  # noqa: F401"
    assert started.kept["dodo.py"] == f"add to it: {line}"
    for name in mine.keys() - {".gitignore"}:
        assert (tmp_path / name).read_text(encoding="utf-8") == mine[name]
    ignored = (tmp_path / ".gitignore").read_text(encoding="utf-8")
    assert ignored == "*.log\n.jaunt\n__pycache__/\n.doit.db*\n", "only what is missing is added"


def test_a_package_that_stands_beside_the_configuration_is_used_there(tmp_path: Path) -> None:
    write_files(tmp_path, {"flat/__init__.py": ""})
    started = start_project(tmp_path)
    assert "flat/slug.py" in started.created
    assert not (tmp_path / "src").exists()
    assert set(load_project(load_config(root=tmp_path)).modules) == {"flat.slug", "tests.test_slug"}


def test_a_configuration_in_pyproject_is_kept_to(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "pyproject.toml": '[project]\nname = "app"\n\n[tool.jaunt.paths]\nsource_roots = ["lib"]\n',
            "lib/app/__init__.py": "",
        },
    )
    started = start_project(tmp_path)
    assert "pyproject.toml" in started.kept
    assert not (tmp_path / "jaunt.toml").exists()
    assert "lib/app/slug.py" in started.created


def test_a_project_with_specs_gets_no_first_spec(tmp_path: Path) -> None:
    spec = 'import jaunt\n\n\n@jaunt.magic\ndef f() -> int:\n    """One."""\n    ...\n'
    write_files(tmp_path, {"jaunt.toml": "", "src/app/__init__.py": "", "src/app/own.py": spec})
    assert set(start_project(tmp_path).created) == {".gitignore"}
    assert set(start_project(tmp_path, example=True).created) == {"dodo.py", "pyproject.toml"}


@pytest.mark.parametrize("taken", ["src/shop/slug.py", "tests/test_slug.py"])
def test_a_file_that_has_the_name_of_a_spec_is_left(tmp_path: Path, taken: str) -> None:
    root = tmp_path / "shop"
    write_files(root, {taken: "MINE = True\n"})
    started = start_project(root, example=True)
    assert (root / taken).read_text(encoding="utf-8") == "MINE = True\n"
    assert taken in started.kept
    assert (root / "tests/test_slug.py").exists() == (taken == "tests/test_slug.py"), "no test of another's slug"
    assert not make_plan(load_project(load_config(root=root))).problems


def test_line_ends_of_a_gitignore_are_kept(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"*.log\r\n\xff")
    start_project(tmp_path)
    assert (tmp_path / ".gitignore").read_bytes() == b"*.log\r\n\xff\r\n__pycache__/\r\n.jaunt/\r\n.doit.db*\r\n"


# --- what can't be written ---------------------------------------------------------------------------


def refused(root: Path) -> JauntConfigError:
    with pytest.raises(JauntConfigError) as raised:
        start_project(root)
    return raised.value


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("x", encoding="utf-8")
    assert "shop" in str(refused(tmp_path / "shop"))
    assert (tmp_path / "shop").read_text(encoding="utf-8") == "x"
    assert run_jaunt("init", "shop", cwd=tmp_path).returncode == 2


def test_a_broken_configuration_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "jaunt.toml").write_text("version = [", encoding="utf-8")
    assert "not valid TOML" in str(refused(tmp_path))
    assert files_in(tmp_path) == {"jaunt.toml"}


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symlinks here")
def test_a_symlink_out_of_the_project_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/src").symlink_to(tmp_path / "elsewhere")
    assert "src" in str(refused(tmp_path / "shop"))
    assert files_in(tmp_path) == set()
