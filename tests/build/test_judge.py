"""Where a docstring was only reworded, a judge may be asked first: one short question, and no call if the code fits."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from backends import CountingBackend, FakeBackend
from builds import PLAIN, build_with
from projects import GENERATED, SHOP, SHOP_ANSWERS, edit, write_files
from said import RunIn

from jaunt.build.project_settings import project_settings
from jaunt.build.run import run_plan
from jaunt.config import load_config
from jaunt.errors import JauntGenerationError
from jaunt.generate.model import Answer, Request, Usage
from jaunt.header import split_header
from jaunt.plan.plan import make_plan
from jaunt.project.project import load_project
from jaunt.report.live import Feed, LiveDisplay
from jaunt.tasks.project_tasks import ProjectTasks

ASK = f'{PLAIN}[build]\nreworded = "ask"\n'
WORDS = SHOP["src/app/words.py"].replace(
    "Return the words of `text`.", "Return the words of `text`.\n\n    >>> split_words(\"A b\")\n    ['a', 'b']\n    "
)


class Judge(CountingBackend):
    """Says `verdict` to questions; `questions` are their texts, by module."""

    def __init__(self, verdict: str = "equivalent", **answers: str) -> None:
        super().__init__({**SHOP_ANSWERS, **{f"app.{name}": text for name, text in answers.items()}})
        self.verdict = verdict
        self.questions: dict[str, str] = {}

    async def complete(self, request: Request) -> Answer:
        text = "".join(message.content for message in request.messages)
        if "`different`" not in text:
            return await super().complete(request)
        self.questions[request.context.spec_module] = text
        return Answer(self.verdict, usage=Usage(100, 1))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_files(tmp_path, {**SHOP, "src/app/words.py": WORDS, "jaunt.toml": ASK})
    assert all(outcome.ok for outcome in build_with(tmp_path, Judge()).values())
    return tmp_path


def reword(root: Path, old: str = "Return the words", new: str = "Give all the words") -> None:
    edit(root / "src/app/words.py", old, new)


def rebuild(root: Path, backend: FakeBackend | Judge) -> dict[str, str]:
    """Build app.words alone, and return what became of it."""
    outcomes = build_with(root, backend, targets=["app.words"])
    return {module: outcome.status for module, outcome in outcomes.items()}


def action(root: Path) -> str:
    return make_plan(load_project(load_config(root=root))).freshness["app.words"].action


def test_code_that_is_judged_right_is_stamped_as_it_stands(root: Path) -> None:
    before = (root / GENERATED / "words.py").read_text()
    reword(root)
    assert action(root) == "judge"
    backend = Judge()
    assert rebuild(root, backend) == {"app.words": "verified"}
    assert (list(backend.questions), backend.calls) == (["app.words"], [])
    after = (root / GENERATED / "words.py").read_text()
    assert split_header(after)[1] == split_header(before)[1]
    assert after != before
    assert rebuild(root, Judge("nothing is asked any more")) == {}
    (root / GENERATED / "words.py").unlink()  # what was judged is in the store, for the new words
    backend = Judge()
    assert rebuild(root, backend) == {"app.words": "generated"}
    assert (backend.questions, backend.calls) == ({}, [])


def test_the_question_is_short_and_has_the_spec_before_and_now_and_the_code(root: Path) -> None:
    reword(root)
    backend = Judge()
    rebuild(root, backend)
    question = backend.questions["app.words"]
    for part in ("Return the words of `text`.", "Give all the words of `text`.", "return text.lower().split()"):
        assert question.count(part) == 1
    assert "jaunt" not in question
    assert len(question) < 1200
    reword(root, "Give all the words", "Name the words")
    rebuild(root, backend)
    for part in ("Give all the words of `text`.", "Name the words of `text`."):
        assert backend.questions["app.words"].count(part) == 1


@pytest.mark.parametrize(
    "verdict",
    ["different", "Equivalent", "equivalent.", "`equivalent`", "It is equivalent", "", "equivalent, different"],
)
def test_any_other_answer_is_the_paid_path(root: Path, verdict: str) -> None:
    reword(root)
    backend = Judge(verdict)
    assert rebuild(root, backend) == {"app.words": "generated"}
    assert (list(backend.questions), backend.calls) == (["app.words"], ["app.words"])
    assert action(root) == "keep"


def test_blanks_around_the_word_are_none_of_it(root: Path) -> None:
    reword(root)
    assert rebuild(root, Judge("\n equivalent \n")) == {"app.words": "verified"}


def test_code_that_fails_a_check_is_not_judged(root: Path) -> None:
    reword(root)
    path = root / GENERATED / "words.py"
    text = path.read_text().replace("text: str", "text: bytes")
    header, code = text.split("\n\n", 1)  # as if an earlier version had let it pass
    lines = [line for line in header.split("\n") if "body_digest" not in line and "syntax_digest" not in line]
    path.write_text("\n".join([*lines, "", code]))
    assert action(root) == "judge"
    backend = Judge()
    assert rebuild(root, backend) == {"app.words": "generated"}
    assert (backend.questions, backend.calls) == ({}, ["app.words"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"A b")', '"A  b")'),  # an example's input
        ("['a', 'b']", "['a', 'b', 'c']"),  # its output
        ("    >>> split_words(\"A b\")\n    ['a', 'b']\n", ""),
        ("    ['a', 'b']\n", "    ['a', 'b']\n    >>> split_words('')\n    []\n"),
        (
            " of `text`.\n",
            " of `text`.\n\n    Properties:\n        given t: str :: True\n",
        ),
        ("(text: str)", "(text: str, /)"),
        ("@jaunt.magic", '@jaunt.magic(prompt="Be quick.")'),
        ("    ...", "    raise NotImplementedError\n\n\n@jaunt.magic\ndef more() -> int:\n    ..."),
    ],
)
def test_what_is_more_than_words_is_generated(root: Path, old: str, new: str) -> None:
    reword(root)
    reword(root, old, new)
    assert action(root) == "generate"


def test_a_method_and_several_specs_may_be_reworded(root: Path) -> None:
    edit(root / "src/app/tally.py", "Return the next number.", "Give the next number.")
    edit(root / "src/app/tally.py", "Counts upwards from 0.", "Counts up from 0.")
    backend = Judge()
    outcomes = build_with(root, backend, targets=["app.tally"])
    assert outcomes["app.tally"].status == "verified"
    assert list(backend.questions) == ["app.tally"]


def test_a_judge_is_off_by_default(root: Path) -> None:
    (root / "jaunt.toml").write_text(PLAIN)
    reword(root)
    assert action(root) == "generate"


def test_a_header_of_an_earlier_version_says_nothing_of_examples_and_is_generated(root: Path) -> None:
    path = root / GENERATED / "words.py"
    assert '"@.cases": "' in path.read_text()
    path.write_text(path.read_text().replace('"@.cases"', '"@.other"'))
    assert action(root) == "keep"
    reword(root)
    assert action(root) == "generate"


def test_what_the_store_has_for_the_new_words_is_taken_without_a_question(root: Path) -> None:
    reword(root)
    rebuild(root, Judge("different", words=SHOP_ANSWERS["app.words"].replace("split()", "split(None)")))
    reword(root, "Give all the words", "Return the words")
    backend = Judge()
    assert rebuild(root, backend) == {"app.words": "generated"}
    assert (backend.questions, backend.calls) == ({}, [])


def test_a_backend_that_takes_no_questions_is_asked_for_code(root: Path) -> None:
    reword(root)
    backend = FakeBackend({"app.words": [SHOP_ANSWERS["app.words"]]})
    assert rebuild(root, backend) == {"app.words": "generated"}


def test_accepted_code_asks_its_person_and_no_judge(root: Path, run_in: RunIn) -> None:
    edit(root / GENERATED / "words.py", "split()", "split(None)")
    assert run_in(root, "accept", "app.words").code == 0
    reword(root)
    assert action(root) == "ask"


def test_a_question_that_nobody_answers_fails_the_module(root: Path) -> None:
    class Silent(Judge):
        async def complete(self, request: Request) -> Answer:
            raise JauntGenerationError("the line is dead")

    before = (root / GENERATED / "words.py").read_bytes()
    reword(root)
    assert rebuild(root, Silent()) == {"app.words": "failed"}
    assert (root / GENERATED / "words.py").read_bytes() == before


def test_the_modules_above_go_by_dependents(root: Path) -> None:
    reword(root)
    plan = make_plan(load_project(load_config(root=root)))
    assert plan.freshness["app.slug"].action == "generate"
    (root / "jaunt.toml").write_text(f'{ASK}dependents = "verify"\n')
    backend = Judge()
    outcomes = build_with(root, backend)
    assert {module: outcome.status for module, outcome in outcomes.items()} == {
        "app.words": "verified",
        "app.slug": "verified",
    }
    assert (list(backend.questions), backend.calls) == (["app.words"], [])


def said_lines(root: Path, run_in: RunIn, *words: str) -> Sequence[str]:
    return run_in(root, *words).lines


def test_the_plan_tells_it_everywhere_with_its_cost(root: Path, run_in: RunIn) -> None:
    (root / "jaunt.toml").write_text(f"{ASK}[llm.price]\ninput = 1000000\noutput = 0\n")
    reword(root)
    assert said_lines(root, run_in, "status", "--target", "app.words")[0].split()[:2] == ["judge", "app.words"]
    facts = run_in(root, "status", "app.words", "--json").facts
    assert (facts["state"], facts["action"], facts["stale"]) == ("judge", "judge", True)
    lines = said_lines(root, run_in, "build", "--dry-run", "--target", "app.words")
    assert lines[0].split()[1:3] == ["judge", "app.words"]
    assert "1 call of the model (1 to judge reworded specs first)" in " ".join(lines)
    assert ", cost " in " ".join(lines)
    total = run_in(root, "build", "--dry-run", "--target", "app.words", "--json").facts["total"]
    assert (total["calls"], total["judged"], total["free"]) == (1, 1, 0)
    assert 0 < total["cost"][0] < total["cost"][1]
    check = run_in(root, "check", "--target", "app.words")
    assert check.code == 4
    assert "app.words: reworded: spec changed: split_words (docstring)" in check.err


def test_doit_tells_it_and_asks_the_question(root: Path) -> None:
    reword(root)
    task = next(each for each in ProjectTasks(root).build_tasks() if each.get("name") == "app.words")
    assert task["doc"].startswith("judge ")
    assert repr(task["uptodate"][0]).startswith("judge: spec changed")


def test_the_live_display_hears_of_the_question(root: Path) -> None:
    reword(root)
    plan = make_plan(load_project(load_config(root=root)), ["app.words"])
    feed = Feed()

    def note(module: str, number: int, _: Sequence[str]) -> None:
        feed.attempts[module] = number

    settings = replace(project_settings(plan, Judge()), on_attempt=note)
    assert asyncio.run(run_plan(plan, settings, jobs=1))["app.words"].status == "verified"
    assert feed.attempts == {"app.words": 0}
    display = LiveDisplay(1, feed, out=io.StringIO())
    display.began("app.words")
    assert display.lines(80, 20)[-1].split()[:2] == ["app.words", "judged"]
