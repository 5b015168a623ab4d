"""`jaunt diff --behaviour`, and the line in a rebuild's summary: old and new code on the same drawn inputs."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from processes import run_doit
from projects import edit, record, write_files
from said import RunIn

from jaunt.checks.behaviour.comparison.changed import changed_specs
from jaunt.commands.help.schemas import schema_of_command
from jaunt.config import load_config
from jaunt.plan.module_work import project_work
from jaunt.project.project import load_project

CONFIG = """\
version = 1
[verify]
ruff = "off"
ty = "off"
[llm]
provider = "recorded"
recordings = "recordings"
"""
DODO = "from jaunt.tasks import DOIT_CONFIG, task_build\n"
SPEC = '''\
import jaunt


@jaunt.magic
def slugify(title: str) -> str:
    """Return `title` in lower case."""
    ...


@jaunt.magic
def longer(title: str) -> str:
    """Return what `slugify` gives, and a sign."""
    ...


@jaunt.magic
def apart(n: int) -> int:
    """Return `n`."""
    ...
'''
CODE = """\
def slugify(title: str) -> str:
    return {0}


def longer(title: str) -> str:
    return slugify(title) + "!"


def apart(n: int) -> int:
    return n
"""
OLD, NEW = CODE.format("title.lower()"), CODE.format('title.lower().replace("É".lower(), "e")')


def test_a_rebuild_says_what_its_code_does_otherwise(tmp_path: Path, run_in: RunIn) -> None:
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app/__init__.py": "", "src/app/slug.py": SPEC})
    record(tmp_path, {"app.slug": OLD})
    first = run_in(tmp_path, "build")
    assert first.code == 0
    assert "before and now" not in first.out
    edit(tmp_path / "src/app/slug.py", "in lower case.", "in lower case, without accents.")
    record(tmp_path, {"app.slug": NEW})
    again = run_in(tmp_path, "build")
    told = "app.slug, before and now: slugify('é'): before 'é', now 'e' (and 1 more: jaunt diff --behaviour)"
    assert again.lines[-1] == told, again.out
    said = run_in(tmp_path, "diff", "--behaviour", "app.slug")
    assert said.lines == [
        "app.slug: slugify('é'): before 'é', now 'e' (and 1 more: jaunt diff --behaviour)",
        "  slugify('é'): before 'é', now 'e'",
        "  longer('é'): before 'é!', now 'e!'",
    ]
    # What is written otherwise and does the same is said to with the number of calls; doit says what jaunt does.
    edit(tmp_path / "src/app/slug.py", "without accents.", "without any accents.")
    record(tmp_path, {"app.slug": NEW.replace('"É".lower()', '"é"')})
    (tmp_path / "dodo.py").write_text(DODO)
    by_doit = run_doit("build", cwd=tmp_path)
    assert "app.slug, before and now: no difference in 400 calls" in by_doit.stdout.splitlines(), by_doit
    edit(tmp_path / "jaunt.toml", "[verify]", '[verify]\nrobustness = "off"')
    edit(tmp_path / "src/app/slug.py", "without any accents.", "as it is.")
    record(tmp_path, {"app.slug": OLD})
    assert "before and now" not in run_in(tmp_path, "build").out
    facts = json.loads(run_in(tmp_path, "diff", "--behaviour", "--json").out)
    Draft202012Validator(schema_of_command("diff")).validate(facts)
    assert len(facts["modules"][0]["behaviour"]["lines"]) == 2


@pytest.mark.parametrize(
    ("after", "changed"),
    [
        (OLD.replace("title.lower()", "title.upper()"), ["slugify", "longer"]),
        (OLD.replace("return n", '"""Say."""\n    return n  # it'), []),
        (OLD + "\n\nSIGN = '!'\n", ["apart", "longer", "slugify"]),
        (OLD.replace('+ "!"', '+ "?"'), ["longer"]),
    ],
)
def test_only_what_a_change_can_have_an_effect_on_is_compared(tmp_path: Path, after: str, changed: list[str]) -> None:
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app/__init__.py": "", "src/app/slug.py": SPEC})
    work = project_work(load_project(load_config(root=tmp_path)), "app.slug")
    assert changed_specs(work, OLD, after) == changed


def test_of_many_modules_nothing_is_said_of_code_that_is_as_before_and_the_others_share_a_line(
    tmp_path: Path, run_in: RunIn
) -> None:
    names = [f"m{number}" for number in range(8)]
    spec = 'import jaunt\n\n\n@jaunt.magic\ndef f(n: int) -> int:\n    """Return `n`."""\n    ...\n'
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app/__init__.py": "", **{f"src/app/{m}.py": spec for m in names}})
    code = "def f(n: int) -> int:\n    return n\n"
    record(tmp_path, {f"app.{name}": code for name in names})
    assert run_in(tmp_path, "build").code == 0
    assert "before and now" not in run_in(tmp_path, "build", "--force", "--no-store").out
    record(tmp_path, {f"app.{name}": code.replace("n\n", "n + 1\n") if name != "m0" else code for name in names})
    lines = run_in(tmp_path, "build", "--force", "--no-store").lines
    told = [each for each in lines if "before and now" in each]
    assert told[:-1] == [f"app.m{number}, before and now: f(0): before 0, now 1" for number in range(1, 6)]
    assert told[-1] == "app.m6, app.m7, before and now: not compared: see jaunt diff --behaviour"
