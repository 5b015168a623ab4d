"""The README tells the truth: its settings load, its specs build, its commands exist and run."""

import ast
import json
import re
import shlex
import shutil
import sys
import tomllib
from pathlib import Path

import pytest
from folders import REPOSITORY
from processes import run_jaunt, run_python
from projects import CONFIG, record, write_files

from jaunt.checks.reference import every_key
from jaunt.cli import main
from jaunt.commands import COMMANDS
from jaunt.commands.doctor.linter import HINT as LINTER_HINT
from jaunt.commands.init.starter import TOOLS
from jaunt.config import load_config
from jaunt.config.reference import all_keys, reference

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")

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
            "src/app/cart.py": "class Cart:\n    def total(self) -> int:\n        return 1\n",
            "src/app/text.py": "def shorten(text: str) -> str:\n    return text[:9]\n",
            "src/app/slug.py": block_with("python", "def slugify"),
            "tests/test_slug.py": block_with("python", "def test_slugify_examples"),
        },
    )
    return root


def test_the_first_spec_is_built_and_tested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(first_project(tmp_path))
    assert main(["test"]) == 0
    assert "def slugify" in (tmp_path / "src/app/__generated__/slug.py").read_text()


COMMAND = r"((?:jaunt|doit|pytest|python -m jaunt)\b(?!\.)[^`#\n]*?)"
NAMED = {
    *re.findall(rf"`{COMMAND}`", README),
    *re.findall(rf"^ *- run: {COMMAND} *(?:#.*)?$", README, flags=re.MULTILINE),
}
AS_RUN = {
    "jaunt agent VERB": "jaunt agent instructions",
    "jaunt accept": "jaunt accept app.slug",
    "jaunt build --instruction TEXT": 'jaunt build --instruction "Be brief, please."',
    "jaunt doctor --cluster ADDRESS": "jaunt doctor",
    "jaunt test --cluster tcp://host:8786": "jaunt test",
    "jaunt test -j 4": "jaunt test -j 2",
    "jaunt probe MODULE[:NAME]": "jaunt probe app.slug --dry-run",
    "jaunt adopt MODULE": "jaunt adopt app.text",
    "doit build --instruction TEXT": 'doit build --instruction "Be brief, please."',
    "jaunt build --plan FILE": "jaunt build --plan plan.json",
    "jaunt build --record DIR": "jaunt build --force --record recordings",
    "jaunt example [NAME [DIR]]": "jaunt example textkit copy",
    "jaunt init [DIR]": "jaunt init other",
    "jaunt store prune": "jaunt store prune --keep-days 90",
    "python -m jaunt": "jaunt --version",
}
"""What a command is run as, where a name of the README's stands for something or the command needs more."""

NOT_RUN = {"jaunt", "doit", "pytest", "jaunt-check", "jaunt watch", "jaunt agent guard", "jaunt agent mcp"}
"""Programs, not commands; and those that don't end, or wait for input: their own tests run them."""


@pytest.fixture(scope="module")
def _built_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = first_project(tmp_path_factory.mktemp("readme"))
    dodo = re.findall(r"^from jaunt.tasks import .*\n", README, flags=re.MULTILINE)
    write_files(root, {"dodo.py": "".join(dodo), "conftest.py": "import sys\nsys.path.insert(0, 'src')\n"})
    assert run_jaunt("test", cwd=root).returncode == 0
    (root / "plan.json").write_text(run_jaunt("build", "--dry-run", "--json", cwd=root).stdout, encoding="utf-8")
    return root


def test_commands_are_found_in_the_text_and_in_the_job_for_ci() -> None:
    assert {"jaunt status [MODULE]", "doit build:app.slug", "pytest --jaunt-check", "jaunt test --no-build"} <= NAMED
    assert AS_RUN.keys() <= NAMED


@pytest.mark.parametrize("named", sorted(NAMED - NOT_RUN))
def test_every_command_of_the_readme_runs(_built_project: Path, tmp_path: Path, named: str) -> None:
    root = shutil.copytree(_built_project, tmp_path / "project")
    line = AS_RUN.get(named) or re.sub(r" \[.*\]", "", named).replace("MODULE", "app.slug")
    program, *words = shlex.split(line)
    done = run_python("-m", program, *words, cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


SHORTEST = {
    name.split()[1]: name for name in sorted(NAMED - NOT_RUN, key=len, reverse=True) if name.startswith("jaunt ")
}
"""The shortest form of each command that the README names: its JSON has one shape whatever the options."""


@pytest.mark.parametrize("named", sorted(SHORTEST.values()))
def test_every_command_of_the_readme_has_json(_built_project: Path, tmp_path: Path, named: str) -> None:
    root = shutil.copytree(_built_project, tmp_path / "project")
    line = AS_RUN.get(named) or re.sub(r" \[.*\]", "", named).replace("MODULE", "app.slug")
    done = run_jaunt(*shlex.split(line)[1:], "--json", cwd=root)
    facts = json.loads(done.stdout)
    assert (facts["command"], facts["ok"]) == (line.split()[1], True)


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    rows = re.findall(r"^\| (`jaunt .*?) \|", README, flags=re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`jaunt (\w+)", row)}
    assert named == set(COMMANDS)


def test_every_command_that_is_mentioned_exists() -> None:
    mentioned = set(re.findall(r"(?:`|^|&& |bin/)jaunt ([a-z]+)", README, flags=re.MULTILINE))
    assert len(mentioned) > 5
    assert mentioned <= set(COMMANDS)


def test_the_table_of_all_keys_is_the_one_that_the_fields_say() -> None:
    code = "from jaunt.checks.reference import *; from jaunt.config.reference import *; print(reference(every_key()))"
    assert f"\n\n{reference(every_key())}\n" in README, f"run: python -c '{code}'"


OURS = [block for block in blocks("toml") if "[tool." not in block]


@pytest.mark.parametrize("block", OURS)
def test_settings_load(tmp_path: Path, block: str) -> None:
    (tmp_path / "src").mkdir()
    write_files(tmp_path, dict.fromkeys(re.findall(r"docs/\w+\.md", block), "A text."))
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


def test_the_defaults_of_the_first_block_are_those_of_the_code() -> None:
    """Of `[llm]`, which the text excepts, there is none."""
    shown = tomllib.loads(block_with("toml", "generated_dir ="))
    defaults = {key.name: key.default for key in all_keys()}
    found = {
        f"{section}.{name}" if isinstance(table, dict) else section: value
        for section, table in shown.items()
        if section != "llm"
        for name, value in (table.items() if isinstance(table, dict) else [("", table)])
    }
    assert len(found) == 5
    assert {name: json.dumps(value) for name, value in found.items()} == {name: defaults[name] for name in found}
    assert defaults["llm.provider"] == ""


def test_what_init_writes_for_the_linter_is_what_the_text_says() -> None:
    block = block_with("toml", "unfixable")
    assert block in TOOLS
    assert [line for line in block.splitlines()[1:] if line not in LINTER_HINT] == []


def test_the_stub_of_an_async_generator_is_built_and_runs(tmp_path: Path) -> None:
    answer = (
        "from collections.abc import AsyncIterator\n\n\nasync def countdown(start: int) -> AsyncIterator[int]:\n"
        "    for number in range(start, 0, -1):\n        yield number\n"
    )
    files = {"src/app/ticks.py": block_with("python", "AsyncIterator"), "src/app/__init__.py": "", "jaunt.toml": CONFIG}
    write_files(tmp_path, files)
    record(tmp_path, {"app.ticks": answer})
    assert run_jaunt("build", cwd=tmp_path).returncode == 0
    code = "async def f(): return [n async for n in t.countdown(3)]\nprint(asyncio.run(f()))"
    code = f"import asyncio, app.ticks as t\n{code}"
    assert run_python("-c", code, cwd=tmp_path / "src").stdout == "[3, 2, 1]\n"


@pytest.mark.parametrize("block", blocks("toml"))
def test_every_block_of_settings_parses(block: str) -> None:
    assert tomllib.loads(block)


@pytest.mark.parametrize("block", blocks("python"))
def test_python_parses(block: str) -> None:
    assert ast.parse(block).body


def test_ci_calls_the_readmes_test_command() -> None:
    (command,) = [block.strip() for block in blocks("sh") if "doit test" in block]
    assert command in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")


def test_the_names_for_a_dodo_file_are_there() -> None:
    names = re.search(r"^from jaunt.tasks import (.*)$", README, flags=re.MULTILINE)
    assert names is not None
    import jaunt.tasks

    assert [name for name in names[1].split(", ") if not hasattr(jaunt.tasks, name)] == []


def test_the_map_of_the_house_names_what_is_there() -> None:
    rooms, changes = README.split("| room |")[1].split("| to change |")
    cells = [line.split("|") for line in rooms.splitlines() if line.startswith("| `")]
    named = [name for cell in cells for name in re.findall(r"`(\w+)/?`", cell[1])]
    table = changes.split("\n\n")[0]
    opened = [name for name in re.findall(r"`([a-z_/]+/[a-z_]*(?:\.py)?)`", table) if name != "__init__.py"]
    package = REPOSITORY / "src" / "jaunt"
    assert len(named) > 25
    assert len(opened) > 25
    assert [each for each in named if not (package / each).exists() and not (package / f"{each}.py").exists()] == []
    assert [each for each in opened if not (package / each).exists()] == []


def test_the_map_of_the_house_has_every_room() -> None:
    rooms = {each.name for each in (REPOSITORY / "src" / "jaunt").iterdir() if (each / "__init__.py").is_file()}
    assert {room for room in rooms if f"| `{room}/`" not in README} == set()
