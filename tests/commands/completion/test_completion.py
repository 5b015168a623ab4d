"""`jaunt completion`: what each shell offers, asked of the shell itself."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from processes import child_environment, run_jaunt
from projects import make_shop

from jaunt.cli import main
from jaunt.commands import COMMANDS

SHELLS = ("bash", "zsh", "fish")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project SHOP."""
    return make_shop(tmp_path_factory.mktemp("completion"))


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The script for each shell."""
    folder = tmp_path_factory.mktemp("scripts")
    found = {}
    for shell in SHELLS:
        found[shell] = folder / shell
        found[shell].write_text(run_jaunt("completion", shell, cwd=folder).stdout, encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program `jaunt` in it: this very jaunt."""
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "jaunt"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m jaunt "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return folder


def ask(shell: str, code: str, *, cwd: Path, programs: Path) -> list[str]:
    """Return the lines that a shell prints for some code of its own."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [shell, "-c", code], cwd=cwd, env=child_environment(PATH=path), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


BASH_LINES = {
    "b": ["build"],
    "sta": ["status"],
    "build --dr": ["--dry-run"],
    "build --target ": ["app.slug", "app.tally", "app.words", "tests.test_slug"],
    "build --target app.s": ["app.slug", "app.slug:slugify"],
    "build --target = tests": ["tests.test_slug", "tests.test_slug:test_slugify"],
    "build --force --target app.t": ["app.tally", "app.tally:Tally"],
    "status app.w": ["app.words", "app.words:split_words"],
    "status app.words": ["app.words", "app.words:split_words"],
    "status app.words :": ["split_words"],
    "status app.words : sp": ["split_words"],
    "status app.words : x": [],
    "build --target app.tally : T": ["Tally"],
    "build --target = app.tally :": ["Tally"],
    "build --target = app.tally : T": ["Tally"],
    "prompt tests": ["tests.test_slug", "tests.test_slug:test_slugify"],
    "store ": ["info", "prune", "push", "pull"],
    "graph --format ": ["text", "mermaid", "dot", "html"],
    "build --root s": ["src"],
    "build --plan jau": ["jaunt.toml"],
    "build --jobs ": [],
    "build app": [],
    "nothing --of --the": [],
    "completion ": list(SHELLS),
}


def _bash_asks(line: str) -> str:
    """Return the code by which bash prints what it would offer at the end of a line."""
    last = "''" if line.endswith(" ") else ""
    words = f"COMP_WORDS=(jaunt {line}{last}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))"
    return words + '; _jaunt; echo "${COMPREPLY[*]}"'


def test_bash_offers_commands_options_modules_and_specs(shop: Path, scripts: dict[str, Path], programs: Path) -> None:
    asked = "\n".join(map(_bash_asks, BASH_LINES))
    lines = ask("bash", f"source {scripts['bash']}\n{asked}", cwd=shop, programs=programs)
    assert dict(zip(BASH_LINES, map(str.split, lines), strict=True)) == BASH_LINES


def test_bash_offers_the_modules_of_the_project_that_is_named(
    shop: Path, scripts: dict[str, Path], programs: Path, tmp_path: Path
) -> None:
    words = [f"--root {shop}", f"--root = {shop}", f"--config {shop}/jaunt.toml"]
    asked = "\n".join(_bash_asks(f"build {word} --target app.") for word in [*words, ""])
    lines = ask("bash", f"source {scripts['bash']}\n{asked}", cwd=tmp_path, programs=programs)
    assert lines == [*["app.slug app.tally app.words"] * 3, ""]


def test_bash_knows_what_to_call(shop: Path, scripts: dict[str, Path], programs: Path) -> None:
    lines = ask("bash", f"source {scripts['bash']}; complete -p jaunt", cwd=shop, programs=programs)
    assert lines == ["complete -F _jaunt jaunt"]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("jaunt sta", ["status"]),
        ("jaunt build --target app.", ["app.slug", "app.tally", "app.words"]),
        ("jaunt status app.t", ["app.tally", "app.tally:Tally"]),
        ("jaunt status app.tally:", ["app.tally:Tally"]),
        ("jaunt build --target=app.tally:T", ["--target=app.tally:Tally"]),
        ("jaunt build --dr", ["--dry-run"]),
        ("jaunt store ", ["info", "prune", "pull", "push"]),
    ],
)
def test_fish_offers_commands_options_and_modules(
    shop: Path, scripts: dict[str, Path], programs: Path, line: str, offered: list[str]
) -> None:
    code = f"source {scripts['fish']}; complete -C {shlex.quote(line)}"
    assert [each.partition("\t")[0] for each in ask("fish", code, cwd=shop, programs=programs)] == offered


def test_zsh_takes_the_script(shop: Path, scripts: dict[str, Path], programs: Path) -> None:
    code = f"autoload -U compinit; compinit -u -D; source {scripts['zsh']}; echo $_comps[jaunt]"
    assert ask("zsh", code, cwd=shop, programs=programs) == ["_jaunt"]


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_is_in_each_script_and_says_how_to_load_it(scripts: dict[str, Path], shell: str) -> None:
    text = scripts[shell].read_text(encoding="utf-8")
    assert [name for name in COMMANDS if name not in text] == []
    assert f"jaunt completion {shell}" in text.splitlines()[0] + text.splitlines()[1]
    assert "--names" not in text.replace("completion --names", ""), "it is for the scripts alone"


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("", ["app.slug", "app.tally", "app.words", "tests.test_slug"]),
        ("app.", ["app.slug", "app.tally", "app.words"]),
        ("app.slug", ["app.slug", "app.slug:slugify"]),
        ("app.slug:sl", ["app.slug:slugify"]),
        ("app.slug:x", []),
        ("--force", []),
    ],
)
def test_names_are_printed_one_a_line(
    shop: Path, capsys: pytest.CaptureFixture[str], prefix: str, names: list[str]
) -> None:
    assert main(["completion", f"--names={prefix}", "--root", str(shop)]) == 0
    assert capsys.readouterr().out.split() == names
    assert not (shop / ".jaunt").exists()


@pytest.mark.parametrize(("argv", "hint"), [([], "bash, zsh, fish"), (["tcsh"], "bash"), (["--names="], "jaunt init")])
def test_wrong_usage_is_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], argv: list[str], hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["completion", *argv]) == 2
    said = capsys.readouterr()
    assert (said.out, hint in said.err) == ("", True)
