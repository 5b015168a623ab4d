"""The help answers: a page on each topic, with what the code says where it can be, and a search over all of them."""

import re
import tomllib
from pathlib import Path

import pytest
from said import Run, RunIn

from jaunt.checks import CHECKS, load_check
from jaunt.checks.reference import every_key
from jaunt.commands import COMMANDS
from jaunt.commands.help.pages import read_page, topics
from jaunt.commands.help.parts import PARTS, fill
from jaunt.commands.init.starter import TOOLS
from jaunt.commands.shared.result import EXIT_CODES
from jaunt.config.reference import sections
from jaunt.generate.providers import PROVIDERS

TOPICS = {
    *("specs", "contracts", "config", "providers", "checks", "sandbox", "exit-codes", "json", "merging", "linting"),
    *("mocking", "packaging", "ci", "doit", "limits", "decorators", "agents"),
}


def test_the_list_has_every_page_with_its_title(run: Run) -> None:
    said = run("help")
    assert said.code == 0
    assert max(map(len, said.lines)) <= 79
    assert set(topics()) >= TOPICS
    for topic in topics():
        title = read_page(topic).partition("\n")[0].partition(": ")[2]
        assert title
        assert re.search(rf"^  {topic} +{re.escape(title)}$", said.out, flags=re.MULTILINE)


def test_every_command_is_in_the_list_or_on_the_first_screen(run: Run) -> None:
    both = run("help").out + run("--help").out
    assert [name for name in COMMANDS if not re.search(rf"^ *(\w+ +)?{name} +\w", both, flags=re.MULTILINE)] == []


@pytest.mark.parametrize("topic", topics())
def test_a_page_is_plain_text_of_a_screens_width(run: Run, run_in: RunIn, topic: str) -> None:
    said = run("help", topic)
    assert said.code == 0
    assert [line for line in read_page(topic).splitlines() if len(line) > 79] == []
    assert len(read_page(topic).splitlines()) < 40
    assert not re.search(r"^@[\w-]+@$", said.out, flags=re.MULTILINE)
    assert run_in(Path(), "help", topic, "--json").facts["text"] == said.out.rstrip("\n")


@pytest.mark.parametrize("topic", topics())
def test_a_page_names_commands_pages_and_keys_that_exist(topic: str) -> None:
    page = read_page(topic)
    assert [
        name for name in re.findall(r"(?:`|^ +)jaunt (\w+)", page, flags=re.MULTILINE) if name not in COMMANDS
    ] == []
    assert [name for name in re.findall(r"jaunt help ([a-z-]+)", page) if name not in topics()] == []
    see_also = re.search(r"^See also: (.*)\.$", page, flags=re.MULTILINE)
    assert [name for name in (see_also[1].split(", ") if see_also else []) if name not in topics()] == []
    named = [f"{section}.{key}" for section, key in re.findall(r"\[(\w+)\]\s+(\w+) =", page)]
    assert [name for name in named if name not in {key.name for key in every_key()}] == []


def test_what_a_page_has_of_the_code_is_all_of_it(run: Run) -> None:
    assert [key.name for key in every_key() if key.name not in run("help", "config").out] == []
    assert [name for name in CHECKS if f"\n    {name} " not in run("help", "checks").out] == []
    always = [name for name in CHECKS if load_check(name).DEFAULT is None]
    said = f"{', '.join(always[:-1])} and {always[-1]} have no key: they always count"
    assert said in " ".join(read_page("checks").split())
    assert [name for name in PROVIDERS if f'provider = "{name}"' not in run("help", "providers").out] == []
    assert [code for code in EXIT_CODES if f"\n    {code} " not in run("help", "exit-codes").out] == []
    used = {name for topic in topics() for name in re.findall(r"^@([\w-]+)@$", read_page(topic), flags=re.MULTILINE)}
    assert used == set(PARTS)


def test_the_settings_for_linters_are_those_that_init_writes() -> None:
    lines = [line[4:] for line in read_page("linting").splitlines() if line.startswith("    ") or not line]
    settings = tomllib.loads("\n".join(lines))
    assert settings["tool"]["ruff"]["lint"] == tomllib.loads(TOOLS.format(source_root="src"))["tool"]["ruff"]["lint"]


@pytest.mark.parametrize("section", sections())
def test_a_section_of_the_configuration_is_shown_alone(run: Run, section: str) -> None:
    lines = run("help", "config", section).lines
    names = [line.partition(" ")[0] for line in lines if not line.startswith(" ")]
    assert names == [key.name for key in every_key() if key.name.startswith(f"{section}.")]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_is_its_own(run: Run, command: str) -> None:
    assert run("help", command).out == run(command, "--help").out


def test_a_search_finds_pages_commands_and_keys_whatever_the_case(run: Run, run_in: RunIn) -> None:
    hits = run_in(Path(), "help", "-k", "CONFLICT markers", "--json").facts["hits"]
    assert [hit["topic"] for hit in hits] == ["merging", "J101", "J503"]
    for word in ("properties", "given", "hypothesis"):
        assert "specs" in {hit["topic"] for hit in run_in(Path(), "help", "-k", word, "--json").facts["hits"]}
    meant = {"pickling": "runtime", "Subclasses": "runtime", "rollback": "adopting", "ssl": "providers"}
    for word, topic in meant.items():
        assert topic in {hit["topic"] for hit in run_in(Path(), "help", "-k", word, "--json").facts["hits"]}, word
    assert {"build", "test"} <= {line.split()[0] for line in run("help", "-k", "jobs n").lines}
    assert {line.split()[0] for line in run("help", "-k", "hook git").lines} >= {"ci"}, "of pages with both"
    assert any(line.startswith("config") and "open" in line for line in run("help", "-k", "open_files").lines)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mergin"], "there is no page 'mergin' (did you mean 'merging'?)"),
        (["biuld"], "there is no page 'biuld' (did you mean 'build'?)"),
        (["qqq"], "there is no page 'qqq' (`jaunt help` lists the pages)"),
        (["-k", "qqq"], "nothing is said of 'qqq' (`jaunt help` lists the pages)"),
        (["config", "lm"], "there is no section 'lm' (did you mean 'llm'?)"),
        (["json", "biuld"], "there is no command 'biuld' (did you mean 'build'?)"),
        (["specs", "x"], "specs has no parts (those with parts are: codes, config, json)"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(run: Run, words: list[str], said: str) -> None:
    answer = run("help", *words)
    assert (answer.code, answer.errors) == (2, [f"error: {said}"])


def test_help_needs_no_project(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("help", "limits").code == 0
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_part_of_a_page_stays() -> None:
    assert fill("@app.get\n  @checks@\n@ x @") == "@app.get\n  @checks@\n@ x @"
