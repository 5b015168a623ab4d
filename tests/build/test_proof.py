"""A fault of the machine or of the settings ends a build before the first call; the doctor finds the same."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from counted_model import calls, make_counted_shop
from processes import python_path
from projects import SHOP, edit, write_files
from said import RunIn

PROJECT = '[project]\nname = "shop"\nversion = "0"\n'
WORDS = "src/app/words.py"


def importing(top: str) -> str:
    """Return a spec module that does something as it is imported."""
    return f"{top}\n{SHOP['src/app/words.py']}"


OF_THE_MACHINE: Mapping[str, tuple[Mapping[str, str], str]] = {
    "no TOML": ({"pyproject.toml": "[project\n"}, "pyproject.toml: no TOML"),
    "another ruff": ({"pyproject.toml": f'{PROJECT}[tool.ruff]\nrequired-version = ">=99"\n'}, "Required version"),
    "ruff, no TOML": ({"ruff.toml": "line-length = \n"}, ", by the settings in ruff.toml ("),
    "ruff, unknown rule": ({"ruff.toml": '[lint]\nselect = ["NOPE"]\n'}, "Unknown rule selector `NOPE`"),
    "ruff, unknown key": ({"ruff.toml": "lines = 3\n"}, "unknown field `lines`"),
    "ruff, unknown rule for a file": ({"ruff.toml": '[lint.per-file-ignores]\n"*" = ["XYZ1"]\n'}, "`XYZ1`"),
    "ruff, base gone": ({"ruff.toml": 'extend = "gone.toml"\n'}, ", by the settings in ruff.toml ("),
    "ruff, of the package": ({"src/app/ruff.toml": 'target-version = "py2"\n'}, "unknown variant `py2`"),
    "ty, no TOML": ({"ty.toml": "rules = \n"}, ", by the settings in ty.toml ("),
    "ty, unknown level": ({"ty.toml": '[rules]\ninvalid-assignment = "loud"\n'}, "unknown variant `loud`"),
    "ty, unknown key": ({"pyproject.toml": f"{PROJECT}[tool.ty]\nlines = 3\n"}, "unknown field `lines`"),
    "ty, unknown Python": ({"ty.toml": '[environment]\npython-version = "2.1"\n'}, "unknown variant `2.1`"),
    "template without specs": ({"p.md": "Write `{{generated_module}}`"}, "has no {{specs}}"),
    "template with an unknown placeholder": ({"p.md": "{{specs}} {{speck}}"}, "unknown placeholder {{speck}}"),
}

OF_ONE_SPEC: Mapping[str, tuple[str, str]] = {
    "variable": ('import os\nURL = os.environ["SHOP_URL"]', 'hand in the variable: env = ["SHOP_URL"] in [sandbox]'),
    "file at home": ('import os\nTEXT = open(os.path.expanduser("~/shop")).read()', "home/shop"),
    "memory": ("TABLE = bytes(5_000_000_000)", "MemoryError"),
    "end of the process": ('import os\nif "SHOP_URL" not in os.environ:\n    os._exit(7)', "ended with exit code 7"),
    "writing": ('open("stamp.txt", "w").close()', "stamp.txt"),
    "writing much": (
        "import tempfile\nFILE = tempfile.TemporaryFile()\nfor _ in range(300):\n    FILE.write(bytes(1 << 20))",
        "cannot be imported in the sandbox",
    ),
    "service": ("import socket\nSERVICE = socket.create_connection(('127.0.0.1', {port}))", "refused"),
}


def make_checked_shop(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the shop with all checks on and a counting model; return its root."""
    root = make_counted_shop(folder)
    write_files(root, files)
    if "p.md" in files:
        with (root / "jaunt.toml").open("a") as settings:
            settings.write('[prompts]\nbuild_module = "p.md"\n')
    return root


@pytest.mark.parametrize("kind", OF_THE_MACHINE)
def test_what_no_check_works_with_ends_the_build_before_the_first_call(
    tmp_path: Path, run_in: RunIn, kind: str
) -> None:
    files, text = OF_THE_MACHINE[kind]
    root = make_checked_shop(tmp_path, files)
    said = run_in(root, "build")
    assert (said.code, calls(root)) == (2, []), said.err
    (error,) = said.errors
    assert text in error
    assert not list(root.rglob("__generated__"))
    told = run_in(root, "doctor")
    assert (told.code, text in " ".join(told.out.split())) == (2, True), told.out


@pytest.mark.skipif(shutil.which("bwrap") is not None, reason="bubblewrap is here")
@pytest.mark.parametrize("setting", ['mode = "bwrap"', "strict = true"])
def test_a_sandbox_that_is_not_to_be_had_ends_the_build(tmp_path: Path, run_in: RunIn, setting: str) -> None:
    root = make_checked_shop(tmp_path, {})
    with (root / "jaunt.toml").open("a") as settings:
        settings.write(f"[sandbox]\n{setting}\n")
    said = run_in(root, "build")
    assert (said.code, calls(root), len(said.errors)) == (2, [], 1), said.err
    assert "bwrap" in said.err


@pytest.mark.parametrize("kind", OF_ONE_SPEC)
def test_a_spec_module_that_the_sandbox_keeps_from_being_imported_is_not_asked_for(
    tmp_path: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """It can be imported outside, and `app.tally` can be in the sandbox as well."""
    monkeypatch.setenv("SHOP_URL", "x")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "shop").touch()
    top, text = OF_ONE_SPEC[kind]
    with socket.create_server(("127.0.0.1", 0)) as service:
        top = top.replace("{port}", str(service.getsockname()[1]))
        root = make_checked_shop(tmp_path, {WORDS: importing(top)})
        said = run_in(root, "build")
    assert (said.code, calls(root)) == (2, ["app.tally"]), said.err
    error = next(line for line in said.errors if "cannot be imported in the sandbox" in line)
    assert re.search(rf"{WORDS}(:\d)?: cannot be imported in the sandbox: ", error)
    assert text in error


def test_a_variable_that_is_handed_in_is_enough(tmp_path: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", "x")
    root = make_checked_shop(tmp_path, {WORDS: importing(OF_ONE_SPEC["variable"][0])})
    with (root / "jaunt.toml").open("a") as settings:
        settings.write('[sandbox]\nenv = ["SHOP_URL"]\n')
    assert run_in(root, "build").code == 0
    assert calls(root) == ["app.slug", "app.tally", "app.words"]


def test_a_module_whose_examples_are_not_run_need_not_be_imported_in_the_sandbox(tmp_path: Path, run_in: RunIn) -> None:
    root = make_checked_shop(tmp_path, {WORDS: importing("open('stamp.txt', 'w').close()")})
    with (root / "jaunt.toml").open("a") as settings:
        settings.write('no_doctests = "app.words"\n')  # below [verify]
    run_in(root, "build", "--target", "app.words")
    assert calls(root) == ["app.words"]


def test_a_module_that_the_sandbox_imports_is_not_imported_outside_as_well(tmp_path: Path, run_in: RunIn) -> None:
    top = "try:\n    open('stamp.txt', 'w').close()\nexcept OSError:\n    pass"
    root = make_checked_shop(tmp_path, {WORDS: importing(top)})
    run_in(root, "build", "--target", "app.words")
    assert calls(root) == ["app.words"]
    assert not (root / "stamp.txt").exists()


def test_one_module_that_uses_up_the_limits_does_not_keep_the_others_from_being_imported(
    tmp_path: Path, run_in: RunIn
) -> None:
    """Both take 0.9 GB: in one process that would be more than the sandbox allows."""
    top = "TABLE = bytes(900_000_000)"
    root = make_checked_shop(
        tmp_path, {WORDS: importing(top), "src/app/tally.py": f"{top}\n{SHOP['src/app/tally.py']}"}
    )
    assert run_in(root, "build").code == 0


@pytest.mark.parametrize("select", ['["E", "F", "INP"]', '["E", "F", "N", "A", "INP001"]', '["ALL"]'])
def test_what_any_text_would_be_found_guilty_of_is_no_candidates_fault(
    tmp_path: Path, run_in: RunIn, select: str
) -> None:
    ignored = 'ignore = ["D", "COM812"]'  # docstrings, which a candidate could have
    root = make_checked_shop(tmp_path, {"pyproject.toml": f"{PROJECT}[tool.ruff.lint]\nselect = {select}\n{ignored}\n"})
    said = run_in(root, "build")
    assert (said.code, calls(root)) == (0, ["app.slug", "app.tally", "app.words"]), said.err


def test_a_tool_that_only_warns_ends_no_build(tmp_path: Path, run_in: RunIn) -> None:
    root = make_checked_shop(tmp_path, {"ruff.toml": "lines = 3\n"})
    with (root / "jaunt.toml").open("a") as settings:
        settings.write('ruff = "warn"\n')  # below [verify]
    said = run_in(root, "build")
    assert (said.code, len(calls(root))) == (0, 3)
    assert "unknown field `lines`" in said.err


def test_too_few_open_files_end_the_build(tmp_path: Path) -> None:
    root = make_checked_shop(tmp_path, {})
    command = f"ulimit -n 30; exec {sys.executable} -m jaunt build"
    environment = {**os.environ, "PYTHONPATH": python_path()}
    done = subprocess.run(["sh", "-c", command], cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, calls(root)) == (2, [])
    assert "open files, this process may have 30 (raise the limit (ulimit -n)" in done.stderr


def test_what_the_store_has_is_built_though_no_call_could_be_made(tmp_path: Path, run_in: RunIn) -> None:
    """The template is not read where nobody is asked."""
    root = make_checked_shop(tmp_path, {})
    assert run_in(root, "build").code == 0
    for folder in root.rglob("__generated__"):
        shutil.rmtree(folder)
    edit(root / "jaunt.toml", "[llm]", '[prompts]\nbuild_module = "p.md"\n[llm]')
    write_files(root, {"p.md": "no specs"})
    calls(root)
    said = run_in(root, "build")
    assert (said.code, calls(root)) == (0, []), said.err
