"""The table of checks: one is a file and a line; how severe each is, [verify] says."""

import sys
from pathlib import Path

import pytest
from projects import make_shop, write_files
from said import RunIn

from jaunt.checks import CHECKS, severities
from jaunt.config import JauntConfig, VerifyConfig, load_config
from jaunt.errors import JauntConfigError

SHOUTING = '''
"""Candidates have to have no exclamation mark."""

from dataclasses import dataclass

DEFAULT = {default}


def make_check(project, severity):
    return NoShouting()


class NoShouting:
    def for_module(self, work):
        return Check(work.module) if work.kind == "build" else None


@dataclass(frozen=True)
class Check:
    module: str
    name: str = "shouting"
    after_failure: bool = False
    needs: tuple = ()

    async def __call__(self, source):
        return [f"{{self.module}} shouts"] if "!" in source else []
'''

LOUD = {"app.words": "def split_words(text: str) -> list[str]:\n    return text.lower().split()  # all!\n"}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose candidate for `app.words` shouts, and a check of that, which is a file and a line."""
    folder = tmp_path / "checks"
    write_files(folder, {"no_shouting.py": SHOUTING.format(default='"error"')})
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setitem(CHECKS, "shouting", "no_shouting")
    monkeypatch.delitem(sys.modules, "no_shouting", raising=False)
    return make_shop(tmp_path / "shop", answers=LOUD)


def configure(root: Path, line: str) -> None:
    file = root / "jaunt.toml"
    file.write_text(file.read_text().replace("[verify]\n", f"[verify]\n{line}\n"))


def built(root: Path) -> list[str]:
    return sorted(path.stem for path in (root / "src/app/__generated__").glob("[!_]*.py"))


def test_a_check_is_one_file_and_one_line(shop: Path, run_in: RunIn) -> None:
    said = run_in(shop, "build")
    assert said.code == 3
    assert any("app.words shouts" in line for line in [*said.lines, *said.errors])
    assert built(shop) == ["tally"]


def test_its_key_makes_what_it_finds_a_warning(shop: Path, run_in: RunIn) -> None:
    configure(shop, 'shouting = "warn"')
    said = run_in(shop, "build")
    assert said.code == 0
    assert any("app.words shouts" in line for line in [*said.lines, *said.errors])
    assert built(shop) == ["slug", "tally", "words"]


@pytest.mark.parametrize("value", ['"off"', "false"])
def test_its_key_turns_it_off(shop: Path, run_in: RunIn, value: str) -> None:
    configure(shop, f"shouting = {value}")
    said = run_in(shop, "build")
    assert (said.code, built(shop)) == (0, ["slug", "tally", "words"])
    assert "shouts" not in said.out + said.err


def test_where_it_counts_its_own_default_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"soft_check.py": SHOUTING.format(default='"warn"')})
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(CHECKS, "soft", "soft_check")
    assert severities(JauntConfig())["soft"] == "warn"
    assert severities(JauntConfig(verify=VerifyConfig(others={"soft": True})))["soft"] == "error"
    assert severities(JauntConfig(verify=VerifyConfig(others={"soft": "off"})))["soft"] == "off"


def test_the_checks_of_jaunt_are_as_severe_as_the_configuration_says() -> None:
    strict = [
        *("decorators", "bodies", "own_class", "static", "ruff", "own_attributes", "ty", "doctests", "properties"),
        *("collection", "vacuity"),
    ]
    others = dict.fromkeys(["robustness", "require_evidence"], "warn")
    assert severities(JauntConfig()) == {**dict.fromkeys(strict, "error"), **others}
    verify = VerifyConfig(ruff="warn", ty="off", doctests=False)
    assert [*severities(JauntConfig(verify=verify)).values()] == [
        *("error", "error", "error", "error", "warn", "error", "off", "off", "error", "warn", "warn", "error", "error")
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("rufff = 'off'", ["verify.rufff: unknown key", "did you mean 'ruff'?"]),
        ("static = 'off'", ["verify.static: this check always counts: it has no key"]),
        ("statik = 'off'", ["verify.statik: unknown key", "there are: ruff, ty, doctests"]),
        ("zzz = 1", ["verify.zzz: unknown key", "there are: ruff, ty, doctests"]),
        ("shouting = 3", ["verify.shouting: must be one of error, warn, off, or true or false, is 3"]),
        ("shouting = 'loud'", ["verify.shouting: must be one of", "'loud'"]),
        ("rufff = 'off'\nshouting = 3", ["verify.rufff: unknown key; verify.shouting: must be", "mean 'ruff'?"]),
    ],
)
@pytest.mark.parametrize("command", ["build", "status", "check"])
def test_a_mistake_in_verify_is_one_line_whatever_command_meets_it(
    shop: Path, run_in: RunIn, line: str, said: list[str], command: str
) -> None:
    configure(shop, line)
    (error,) = run_in(shop, command).errors
    assert all(part in error for part in said), error


def test_a_build_of_doit_refuses_a_mistake_too(shop: Path) -> None:
    configure(shop, "rufff = 'off'")
    with pytest.raises(JauntConfigError, match="rufff"):
        severities(load_config(root=shop))
