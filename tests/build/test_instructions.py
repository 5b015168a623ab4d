"""Instructions of a project: they reach each prompt once, make nothing stale, and count for what the store gives."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from backends import CountingBackend
from builds import PLAIN, build_with
from counted_model import make_counted_shop
from processes import run_doit
from projects import GENERATED, SHOP, SHOP_ANSWERS, edit, write_files
from said import RunIn

from jaunt.config import load_config
from jaunt.errors import JauntConfigError
from jaunt.generate.model import Answer, Request
from jaunt.generate.prompt import load_templates
from jaunt.header import parse_header

STYLE = "Never abbreviate.\nName things {{specs}}."
TEXT = "Use no regular expressions."


class Prompts(CountingBackend):
    """Writes down what it is sent, by module; the first answer for each of `wrong` is no code."""

    def __init__(self, wrong: Sequence[str] = ()) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.wrong = [*wrong]

    async def complete(self, request: Request) -> Answer:
        module = request.context.spec_module
        self.sent[module] = "".join(message.content for message in request.messages)
        if module in self.wrong:
            self.wrong.remove(module)
            return Answer("def nothing() -> None: ...\n")
        return await super().complete(request)


def instruct(root: Path, lines: str) -> None:
    (root / "jaunt.toml").write_text(f"{PLAIN}[prompts]\n{lines}\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_files(tmp_path, {**SHOP, "jaunt.toml": PLAIN, "docs/style.md": STYLE})
    return tmp_path


def rebuild(root: Path, *, without: Sequence[str] = ("app/__generated__",)) -> list[str]:
    """Remove generated code, build, and return the modules that the model was asked for."""
    for name in without:
        for file in (root / "src" / name).glob("*.py"):
            file.unlink()
    backend = Prompts()
    assert all(outcome.ok for outcome in build_with(root, backend).values())
    return sorted(backend.calls)


ALL = ["app.slug", "app.tally", "app.words"]


def test_they_reach_each_prompt_once_a_retry_and_a_test_too(root: Path) -> None:
    instruct(root, f'instructions = ["docs/style.md", "{TEXT}", "{TEXT}"]\ninstructions_for."app.*" = "{TEXT}"')
    backend = Prompts(wrong=["app.tally"])
    for kind in ("build", "test"):
        outcomes = build_with(root, backend, kind=kind)
        assert all(outcome.ok for outcome in outcomes.values())
    assert sorted(backend.sent) == [*ALL, "tests.test_slug"]
    for prompt in backend.sent.values():
        assert prompt.count(STYLE) == prompt.count(TEXT) == 1
    assert "Earlier attempts failed" in backend.sent["app.tally"]


def test_those_of_a_root_and_of_a_pattern_reach_their_modules_alone(root: Path) -> None:
    instruct(root, 'instructions_for.src = ["Of all code."]\ninstructions_for."*.t*" = ["Of all t."]')
    backend = Prompts()
    build_with(root, backend)
    build_with(root, backend, kind="test")
    reached = {text: [m for m, sent in backend.sent.items() if text in sent] for text in ("Of all code.", "Of all t.")}
    assert {text: sorted(found) for text, found in reached.items()} == {
        "Of all code.": ALL,
        "Of all t.": ["app.tally", "tests.test_slug"],
    }


def test_a_pattern_that_matches_no_module_is_told_with_what_it_says(root: Path, run_in: RunIn) -> None:
    lines = [f'instructions_for."{name}" = "Be brief."' for name in ("src", "app.*", "ap.*")]
    instruct(root, "\n".join(lines))
    told = [line for line in run_in(root, "status").errors if "instructions_for" in line]
    assert told == [
        "warning: jaunt.toml: prompts.instructions_for: 'ap.*' matches no spec module, so no prompt has "
        "what it says (`jaunt status` lists the modules)"
    ]


@pytest.mark.parametrize("template", ["{{specs}}", "{{specs}}\n{{project_instructions}}\nThe end."])
def test_a_template_may_say_where_they_stand_and_else_they_come_all_the_same(
    root: Path, run_in: RunIn, template: str
) -> None:
    instruct(root, f'instructions = "{TEXT}"\nbuild_module = "own.md"')
    (root / "own.md").write_text(template)
    system, user = run_in(root, "prompt", "app.tally").out.split("--- user\n")
    own_place = "project_instructions" in template
    assert (system.count(TEXT), user.count(TEXT)) == (0 if own_place else 1, 1 if own_place else 0)


def test_they_make_nothing_stale_and_the_header_notes_them(root: Path) -> None:
    assert rebuild(root) == ALL
    before = (root / GENERATED / "words.py").read_text()
    assert "instructions=" not in before
    instruct(root, f'instructions = ["docs/style.md", "{TEXT}"]')
    assert rebuild(root, without=()) == []
    assert (root / GENERATED / "words.py").read_text() == before
    edit(root / "src/app/words.py", "Return the words", "Return all words")
    rebuild(root, without=())
    header = parse_header((root / GENERATED / "words.py").read_text())
    assert header is not None
    assert len(header["instructions"].split()) == 2


def test_the_store_gives_no_answer_to_who_asks_for_more_than_was_asked_for(root: Path) -> None:
    assert rebuild(root) == ALL
    instruct(root, f'instructions_for."app.words" = "{TEXT}"')
    assert rebuild(root) == ["app.words"]
    assert rebuild(root) == []
    header = parse_header((root / GENERATED / "words.py").read_text())
    assert header is not None
    assert header["instructions"]
    instruct(root, "")  # who asks for nothing is served by what was asked for under anything
    assert rebuild(root) == []
    assert parse_header((root / GENERATED / "words.py").read_text()) == header
    instruct(root, 'instructions = "Another text."')
    assert rebuild(root) == ALL


def test_what_a_person_accepted_serves_whatever_is_asked_for(root: Path, run_in: RunIn) -> None:
    rebuild(root)
    edit(root / GENERATED / "words.py", "return text", "return  text")
    edit(root / GENERATED / "words.py", ".split()", ".split(None)")
    assert run_in(root, "accept", "app.words").code == 0
    instruct(root, f'instructions_for."app.words" = "{TEXT}"')
    assert rebuild(root) == []
    assert ".split(None)" in (root / GENERATED / "words.py").read_text()


def test_code_that_is_verified_as_it_stands_keeps_what_it_was_asked_for_under(root: Path) -> None:
    instruct(root, f'instructions = "{TEXT}"')
    rebuild(root)
    before = parse_header((root / GENERATED / "slug.py").read_text())
    instruct(root, 'instructions = "Another text."')
    (root / GENERATED / "words.py").unlink()
    other = CountingBackend({"app.words": SHOP_ANSWERS["app.words"].replace("split()", "split(None)")})
    outcomes = build_with(root, other)
    assert {module: outcome.status for module, outcome in outcomes.items()} == {
        "app.words": "generated",
        "app.slug": "verified",
    }
    after = parse_header((root / GENERATED / "slug.py").read_text())
    assert before is not None
    assert after is not None
    assert after["instructions"] == before["instructions"]
    assert after != before


def test_the_option_adds_instructions_to_those_of_the_project(root: Path, run_in: RunIn) -> None:
    instruct(root, 'instructions = "docs/style.md"')
    said = run_in(root, "build", "--dry-run", "--instruction", TEXT, "--instruction", "docs/style.md")
    assert said.code == 0
    shown = run_in(root, "prompt", "app.words")
    assert shown.out.count("Never abbreviate.") == 1
    assert TEXT not in shown.out


def test_doit_takes_the_option_as_well(tmp_path: Path) -> None:
    root = make_counted_shop(tmp_path)
    done = run_doit("build", "--instruction", TEXT, "--instruction", "Another text.", cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    header = parse_header((root / GENERATED / "words.py").read_text())
    assert header is not None
    assert len(header["instructions"].split()) == 2
    assert run_doit("build", "--instruction", "none.md", cwd=root).returncode == 3


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('instructions = ["docs/none.md"]', "prompts.instructions: no such file: {root}/docs/none.md"),
        ('instructions = "STYLE"', "prompts.instructions: no such file: {root}/STYLE"),
        ('instructions = "Follow docs/all of it.md"', "prompts.instructions: no such file: "),
        ('instructions = ["docs"]', "prompts.instructions: no such file: {root}/docs"),
        ('instructions = [" "]', "prompts.instructions: has an instruction without any text"),
        ("instructions = 3", "prompts.instructions: expected a list of strings, got 3"),
        ('instructions_for."app.*" = "a.md"', 'prompts.instructions_for."app.*": no such file: {root}/a.md'),
        (
            'instructions_for."src/none" = "A text."',
            'prompts.instructions_for: "src/none" is none of the project\'s roots',
        ),
        ("instructions_for.src = [1]", 'prompts.instructions_for: expected a string or a list of strings for "src"'),
    ],
)
def test_what_is_wrong_with_them_is_told_with_its_place(root: Path, lines: str, told: str) -> None:
    instruct(root, lines)
    with pytest.raises(JauntConfigError) as error:
        load_config(root=root)
    assert str(error.value).partition(": ")[2].startswith(told.format(root=root.resolve()))


@pytest.mark.parametrize("text", ["", "docs/none.md", "STYLE"])
def test_what_is_wrong_with_the_option_is_told(root: Path, run_in: RunIn, text: str) -> None:
    said = run_in(root, "build", "--instruction", text)
    assert said.code == 2
    assert "--instruction: " in said.err


def test_a_file_that_is_no_text_is_told(root: Path, run_in: RunIn) -> None:
    (root / "docs/style.md").write_bytes(b"\xff\xfe\x00")
    instruct(root, 'instructions = "docs/style.md"')
    said = run_in(root, "prompt", "app.words")
    assert said.code == 2
    assert "prompts.instructions: " in said.err
    assert "it is not UTF-8" in said.err


def test_the_built_in_templates_leave_them_to_the_end_of_the_system_prompt() -> None:
    assert all("project_instructions" not in text for text in load_templates().texts.values())
