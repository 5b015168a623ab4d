"""The doctor tells what `ruff check --fix` would take away from specs, and the README's settings keep it from that."""

import subprocess
from pathlib import Path

import pytest
from projects import write_files

from jaunt.checks.tools.tool import find_tool
from jaunt.commands.doctor.finding import Finding
from jaunt.commands.doctor.linter import linter
from jaunt.config import load_config
from jaunt.project.project import load_project

SPEC = '''\
import jaunt
{imports}


@jaunt.magic
def f(text: str) -> int:
    """Return what {mention} does."""
    ...
'''
KEPT = '[tool.ruff.lint]\nunfixable = ["F401", "PIE790"]\nignore = ["PIE790"]\n'


def finding(root: Path, imports: str, mention: str, settings: str = "") -> Finding:
    spec = SPEC.format(imports=imports, mention=mention)
    write_files(root, {"jaunt.toml": "", "src/app/m.py": spec, "src/app/__init__.py": ""})
    if settings:
        write_files(root, {"pyproject.toml": settings})
    (found,) = linter(load_project(load_config(root=root)))
    return found


@pytest.mark.parametrize(
    ("imports", "name"),
    [
        ("from app.money import parse_amount", "parse_amount"),
        ("from app.money import (\n    Money,\n    parse_amount,\n)", "parse_amount"),
        ("from app.money import parse as parse_amount", "parse_amount"),
        ("from .money import parse_amount", "parse_amount"),
        ("import decimal", "decimal"),
        ("import email.message", "email"),
    ],
)
def test_an_import_that_only_a_docstring_uses_is_a_warning(tmp_path: Path, imports: str, name: str) -> None:
    found = finding(tmp_path, imports, f"`{name}`")
    assert found.level == "warn"
    assert f"{name} from {tmp_path}/src/app/m.py:" in found.text


@pytest.mark.parametrize("imports", ["import decimal", "from app.money import Money"])
def test_an_import_that_nothing_speaks_of_is_not(tmp_path: Path, imports: str) -> None:
    assert finding(tmp_path, imports, "it").level == "ok"


def test_the_settings_that_it_names_keep_specs_whole(tmp_path: Path) -> None:
    assert finding(tmp_path, "from app.money import parse", "`parse`", KEPT).level == "ok"
    before = (tmp_path / "src/app/m.py").read_text().split()
    subprocess.run([find_tool("ruff"), "check", "--fix", "-q", "src"], cwd=tmp_path, check=False)
    assert (tmp_path / "src/app/m.py").read_text().split() == before


def test_a_body_counts_where_ruff_has_settings_that_take_it_away(tmp_path: Path) -> None:
    assert finding(tmp_path, "", "it").level == "ok"
    found = finding(tmp_path, "", "it", '[tool.ruff.lint]\nselect = ["PIE"]\n')
    assert (found.level, "the body at" in found.text) == ("warn", True)
