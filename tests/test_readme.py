"""The README tells the truth: its settings load, its specs build, its commands exist and run."""

import ast
import json
import re
import sys
from pathlib import Path

import pytest

from jaunt.cli import main
from jaunt.commands import COMMANDS
from jaunt.config import load_config
from tests.support import write_files

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

ANSWERS = {
    "app.slug": """\
import re

from app.slug import SEPARATOR


def slugify(title: str, *, limit: int = 60) -> str:
    slug = re.sub(r"[^a-z0-9]+", SEPARATOR, title.lower())[:limit].strip(SEPARATOR)
    if not slug:
        raise ValueError(f"nothing is left of {title!r}")
    return slug
""",
    "tests.test_slug": """\
import pytest

from app.slug import slugify


def test_slugify_examples() -> None:
    assert slugify("A  b") == "a-b"
    with pytest.raises(ValueError):
        slugify("!")
""",
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)


def block_with(language: str, words: str) -> str:
    (found,) = [block for block in blocks(language) if words in block]
    return found


def first_project(root: Path) -> Path:
    """Write the README's first spec and its test, with a program in place of the model."""
    model = "import re, sys\nanswers = " + repr(ANSWERS)
    command = json.dumps([sys.executable, str(root / "model.py")])
    model += '\nprint(answers[re.search(r"specs in `([\\w.]+)`", sys.stdin.read())[1]])\n'
    write_files(
        root,
        {
            "model.py": model,
            "jaunt.toml": f'[llm]\nprovider = "command"\ncommand = {command}\n',
            "src/app/__init__.py": "",
            "src/app/slug.py": block_with("python", "def slugify"),
            "tests/test_slug.py": block_with("python", "def test_slugify_examples"),
        },
    )
    return root


def test_the_first_spec_is_built_and_tested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(first_project(tmp_path))
    assert main(["test"]) == 0
    assert "def slugify" in (tmp_path / "src/app/__generated__/slug.py").read_text()


@pytest.mark.parametrize(
    "words",
    ["status", "status app.slug", "check", "build --dry-run", "graph", "graph --format html --output page.html",
     "prompt app.slug", "store info", "diff", "diff app.slug", "clean --orphans --dry-run", "timings --output t.html",
     "doctor", "example", "completion bash", "test --no-build", "build --force", "eject --dry-run app.slug"],
)  # fmt: skip
def test_each_command_runs_on_a_built_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    monkeypatch.chdir(first_project(tmp_path))
    assert main(["test"]) == 0
    capsys.readouterr()
    assert main(words.split()) == 0, capsys.readouterr().err
    assert main([*words.split(), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["ok"] is True


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    rows = re.findall(r"^\| (`jaunt .*?) \|", README, flags=re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`jaunt (\w+)", row)}
    assert named == set(COMMANDS)


def test_every_command_that_is_mentioned_exists() -> None:
    mentioned = set(re.findall(r"(?:`|^|&& |bin/)jaunt ([a-z]+)", README, flags=re.MULTILINE))
    assert len(mentioned) > 5
    assert mentioned <= set(COMMANDS)


OURS = [block for block in blocks("toml") if "[tool." not in block]


@pytest.mark.parametrize("block", OURS)
def test_settings_load(tmp_path: Path, block: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "jaunt.toml").write_text(block)
    config = load_config(root=tmp_path)
    assert config.llm.provider in {None, "recorded", "openai"}


@pytest.mark.parametrize("block", OURS)
def test_settings_that_are_commented_out_exist(tmp_path: Path, block: str) -> None:
    for line in block.splitlines():
        setting = re.match(r"# (\w+) = [^;#]+", line)
        if setting:
            section = re.findall(r"^\[([\w.]+)\]", block[: block.index(line)], flags=re.MULTILINE)[-1]
            (tmp_path / "src").mkdir(exist_ok=True)
            (tmp_path / "jaunt.toml").write_text(f"[{section}]\n{setting[0].removeprefix('# ')}\n")
            assert load_config(root=tmp_path).config_file == tmp_path / "jaunt.toml"


@pytest.mark.parametrize("block", blocks("python"))
def test_python_parses(block: str) -> None:
    assert ast.parse(block).body


def test_ci_calls_the_readmes_test_command() -> None:
    (command,) = [block.strip() for block in blocks("sh") if "doit test" in block]
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_names_for_a_dodo_file_are_there() -> None:
    names = re.search(r"^from jaunt.tasks import (.*)$", README, flags=re.MULTILINE)
    assert names is not None
    import jaunt.tasks

    assert [name for name in names[1].split(", ") if not hasattr(jaunt.tasks, name)] == []
