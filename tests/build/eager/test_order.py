"""The order "eager": every first request leaves at once; checks and writes go on in the order of the DAG."""

import asyncio
import json
import random
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from backends import CountingBackend, FakeBackend
from builds import PLAIN, build_with
from projects import GENERATED, SHOP_ANSWERS, edit, make_shop, write_files
from said import RunIn
from stopped_builds import stop_while_building

from jaunt.build.project_settings import project_settings
from jaunt.build.run import run_plan
from jaunt.build.store.beside import beside_work
from jaunt.build.store.entry import entry_name
from jaunt.config import load_config
from jaunt.engine.job import Event, Job, Outcome
from jaunt.errors import JauntAnswerError, JauntGenerationError
from jaunt.generate.base import ModuleSpecContext
from jaunt.generate.budget import budget_of
from jaunt.plan.module_work import project_work
from jaunt.plan.plan import make_plan
from jaunt.project.project import load_project

NAMES = {"app.words": "split_words", "app.slug": "slugify", "app.tally": "Tally"}
WRONG = "x = 1\n"


class Shop(FakeBackend):
    """Answers as the shop's model would, but for `wrong`; each call waits until `together` are there at once."""

    def __init__(self, wrong: Mapping[str, Sequence[str]] | None = None, *, together: int = 1) -> None:
        right = {module: [text] for module, text in SHOP_ANSWERS.items()}
        super().__init__({**right, **{m: [*texts] for m, texts in (wrong or {}).items()}})
        self.together = together
        self.raises: dict[str, list[BaseException]] = {}
        self.at_once = 0
        self.most_at_once = 0

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            for _ in range(200):
                if self.most_at_once >= self.together:
                    break
                await asyncio.sleep(0.01)
            source = await super().generate_module(ctx, extra_error_context=extra_error_context)
            if self.raises.get(ctx.spec_module):
                raise self.raises[ctx.spec_module].pop(0)
            return source
        finally:
            self.at_once -= 1


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return make_shop(tmp_path, changes={"jaunt.toml": f"{PLAIN}[build]\norder = 'eager'\nmax_attempts = 2\n"})


def written(root: Path) -> set[str]:
    return {path.stem for path in (root / GENERATED).glob("*.py")} - {"__init__"}


def test_all_requests_are_in_flight_at_once_with_the_apis_of_what_they_need(shop: Path) -> None:
    backend = Shop(together=3)
    outcomes = build_with(shop, backend, jobs=3)
    assert {m: (o.status, o.attempts, o.origin) for m, o in outcomes.items()} == dict.fromkeys(
        NAMES, ("generated", 1, "model")
    )
    assert (backend.most_at_once, sorted(backend.calls)) == (3, sorted(NAMES))
    assert "def split_words(text: str)" in backend.contexts["app.slug"].dependency_apis["app.words:split_words"]
    assert written(shop) == {"words", "slug", "tally"}


def test_with_one_job_one_request_is_in_flight_and_nothing_waits_forever(shop: Path) -> None:
    backend = Shop()
    assert all(outcome.ok for outcome in build_with(shop, backend, jobs=1).values())
    assert (backend.most_at_once, sorted(backend.calls)) == (1, sorted(NAMES))


def test_modules_are_told_and_written_in_the_order_of_the_dag(shop: Path) -> None:
    told: list[tuple[str, str]] = []

    def listen(event: Event, job: Job, outcome: Outcome | None) -> None:
        told.append((event, job.module))

    build_with(shop, Shop(together=3), jobs=3, listener=listen)
    assert sorted(told) == sorted((event, m) for event in ("started", "finished") for m in NAMES)
    assert told.index(("started", "app.slug")) < told.index(("finished", "app.words"))
    assert told.index(("finished", "app.words")) < told.index(("finished", "app.slug"))


def test_a_dry_run_counts_no_call_for_what_was_kept(shop: Path, run_in: RunIn) -> None:
    build_with(shop, Shop({"app.words": [WRONG]}), jobs=3)
    said = run_in(shop, "build", "--dry-run")
    assert "2 to build: 0 from the store, 1 kept from before, 1 call of the model" in said.out
    assert "kept   app.slug" in said.out
    assert "s deps-first, " in said.out, "app.tally has been built, and the others may take as long"


@pytest.mark.parametrize("order", ["eager", "deps-first"])
def test_what_could_not_be_checked_as_a_dependency_failed_is_tried_first_and_unpaid(shop: Path, order: str) -> None:
    first = build_with(shop, Shop({"app.words": [WRONG]}), jobs=3)
    assert first["app.slug"].failed_dependencies == ("app.words",)
    assert written(shop) == {"tally"}
    backend = Shop()
    second = build_with(shop, backend, jobs=3, order=order)
    assert backend.calls == ["app.words"]
    assert {m: (o.status, o.origin) for m, o in second.items()} == {
        "app.words": ("generated", "model"),
        "app.slug": ("generated", "kept"),
    }
    assert list((shop / ".jaunt/store/answers").rglob("*.py")) == []


def test_a_kept_answer_that_fails_is_the_first_attempt(shop: Path) -> None:
    build_with(shop, Shop({"app.words": [WRONG], "app.slug": [WRONG]}), jobs=3)
    backend = Shop()
    outcomes = build_with(shop, backend, jobs=3)
    assert sorted(backend.calls) == ["app.slug", "app.words"]
    assert (outcomes["app.slug"].status, outcomes["app.slug"].attempts) == ("generated", 2)
    assert backend.told[backend.calls.index("app.slug")] is not None


def test_a_kept_answer_to_another_contract_is_not_used(shop: Path) -> None:
    build_with(shop, Shop({"app.words": [WRONG]}), jobs=3)
    edit(shop / "src/app/slug.py", 'joined by "-"', 'joined by "+"')
    backend = Shop()
    build_with(shop, backend, jobs=3)
    assert sorted(backend.calls) == ["app.slug", "app.words"]


def test_an_error_in_place_of_a_first_answer_is_paid_once(shop: Path) -> None:
    backend = Shop()
    backend.raises["app.tally"] = [JauntGenerationError("no such model")]
    outcomes = build_with(shop, backend, jobs=3)
    assert outcomes["app.tally"].errors == ("no such model",)
    assert sorted(backend.calls) == sorted(NAMES)


@pytest.mark.parametrize("fault", [ValueError("a mistake"), asyncio.CancelledError()], ids=["mistake", "cancelled"])
def test_whatever_a_first_request_raises_fails_its_module_alone(shop: Path, fault: BaseException) -> None:
    backend = Shop()
    backend.raises["app.tally"] = [fault]
    outcomes = build_with(shop, backend, jobs=3)
    assert outcomes["app.tally"].errors[0].startswith(type(fault).__name__)
    assert outcomes["app.slug"].ok


def test_an_answer_without_code_is_the_first_attempt(shop: Path) -> None:
    backend = Shop()
    backend.raises["app.tally"] = [JauntAnswerError("cut off", text="", told="answer shorter")]
    outcomes = build_with(shop, backend, jobs=3)
    assert (outcomes["app.tally"].ok, outcomes["app.tally"].attempts) == (True, 2)
    assert sorted(backend.calls) == sorted([*NAMES, "app.tally"])


def test_several_candidates_are_asked_for_once_each(shop: Path) -> None:
    edit(shop / "jaunt.toml", "[build]\n", "[build]\ncandidates = 2\n")
    backend = Shop({"app.words": [WRONG, SHOP_ANSWERS["app.words"]]})
    assert all(outcome.ok for outcome in build_with(shop, backend, jobs=3).values())
    assert sorted(backend.calls) == sorted([*NAMES, *NAMES])


def test_nothing_is_asked_for_what_the_store_holds(shop: Path) -> None:
    build_with(shop, Shop(), jobs=3)
    for path in (shop / GENERATED).glob("*.py"):
        path.unlink()
    backend = Shop()
    outcomes = build_with(shop, backend, jobs=3)
    assert (backend.calls, {o.origin for o in outcomes.values()}) == ([], {"store"})


def test_specs_that_moved_are_asked_for_alone(shop: Path) -> None:
    twice = '\n\n@jaunt.magic\ndef twice(text: str) -> str:\n    """Return `text` twice."""\n    ...\n'
    path = shop / "src/app/words.py"
    path.write_text(path.read_text() + twice)
    code = "def twice(text: str) -> str:\n    return text * 2\n"
    words = SHOP_ANSWERS["app.words"]
    build_with(shop, Shop({"app.words": [f"{words}\n\n{code}"]}), jobs=3)
    edit(path, "Return `text` twice.", "Return `text`, and `text`.")
    backend = Shop({"app.words": [code.replace("text * 2", "text + text")]})
    outcomes = build_with(shop, backend, jobs=3)
    assert (backend.calls, list(backend.contexts["app.words"].expected_names)) == (["app.words"], ["twice"])
    assert outcomes["app.words"].ok
    assert "text.lower().split()" in (shop / GENERATED / "words.py").read_text()


def test_tests_are_asked_for_at_once_as_well(shop: Path) -> None:
    assert build_with(shop, Shop(), jobs=2, kind="test")["tests.test_slug"].ok


def test_what_the_calls_of_a_module_took_is_told_though_its_turn_did_not_come(shop: Path) -> None:
    answers = {**SHOP_ANSWERS, "app.words": WRONG}
    outcomes = build_with(shop, CountingBackend(answers), jobs=3)
    assert outcomes["app.slug"].failed_dependencies == ("app.words",)
    assert (outcomes["app.slug"].input_tokens, outcomes["app.slug"].output_tokens) == (1000, 100)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_what_was_answered_when_a_build_was_stopped_is_tried_first_by_the_next(
    tmp_path: Path, run_in: RunIn, by: signal.Signals
) -> None:
    root = make_shop(tmp_path)
    project = load_project(load_config(root=root))
    work = project_work(project, "app.slug")
    kept = root / ".jaunt/store/answers" / entry_name(work.kind, work.digest, beside_work(work).digest)
    stopped = stop_while_building(root, "build", "--eager", "--json", waiting="app.words", ready=[kept], by=by)
    assert stopped.code != 0
    if by is not signal.SIGKILL:
        modules = {each["module"]: each["status"] for each in json.loads(stopped.out.splitlines()[-1])["modules"]}
        assert (modules["app.slug"], modules["app.words"]) == ("interrupted", "interrupted")
    (root / "recordings" / "app.slug.py").unlink()
    said = run_in(root, "build", "--json")
    assert said.code == 0, said.out + said.err
    assert {each["module"]: each.get("origin") for each in said.facts["modules"]}["app.slug"] == "kept"


def test_calls_end_with_the_budget_and_what_was_answered_lands(shop: Path) -> None:
    edit(shop / "jaunt.toml", "[build]\n", "[build]\nmax_tokens = 1500\n")
    backend = CountingBackend()
    backend.admit = budget_of(load_config(root=shop)).admit
    outcomes = build_with(shop, backend, jobs=1)
    assert len(backend.calls) == 2, "the second one is begun at 1,100 tokens"
    assert sum(outcome.ok for outcome in outcomes.values()) == 2
    again = CountingBackend()
    assert all(outcome.ok for outcome in build_with(shop, again, jobs=1).values())
    assert len(again.calls) == 1


def test_three_modules_that_fail_by_one_cause_end_the_calls(tmp_path: Path) -> None:
    spec = 'import jaunt\n\n@jaunt.magic\ndef f{n}() -> int:\n    """Return 1."""\n    ...\n'
    modules = {f"src/app/m{n}.py": spec.format(n=n) for n in range(30)}
    write_files(tmp_path, {"src/app/__init__.py": "", "jaunt.toml": f"{PLAIN}[build]\norder = 'eager'\n", **modules})
    backend = Shop()
    backend.raises = {f"app.m{n}": [JauntGenerationError("no such model")] for n in range(30)}
    outcomes = build_with(tmp_path, backend, jobs=4)
    assert len(backend.calls) <= 3 + 4, "three modules, and what four jobs had in flight"
    assert not any(outcome.ok for outcome in outcomes.values())


def test_without_the_store_nothing_that_was_kept_serves(shop: Path) -> None:
    build_with(shop, Shop({"app.words": [WRONG]}), jobs=3)
    project = load_project(load_config(root=shop))
    plan = make_plan(project, project.modules_of("build"))
    backend = Shop()
    asyncio.run(run_plan(plan, project_settings(plan, backend, read_store=False), jobs=3))
    assert sorted(backend.calls) == ["app.slug", "app.words"]


@pytest.mark.parametrize("more", ["readonly = true", 'sign_key_env = "STORE_KEY"'])
def test_answers_are_kept_beside_a_store_that_is_readonly_or_signed(
    shop: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    monkeypatch.setenv("STORE_KEY", "a-secret-of-the-team")
    with (shop / "jaunt.toml").open("a") as config:
        config.write(f"[store]\n{more}\n")
    build_with(shop, Shop({"app.words": [WRONG]}), jobs=3)
    backend = Shop()
    assert all(outcome.ok for outcome in build_with(shop, backend, jobs=3).values())
    assert backend.calls == ["app.words"]


def test_a_damaged_answer_is_asked_for_again(shop: Path) -> None:
    build_with(shop, Shop({"app.words": [WRONG]}), jobs=3)
    (kept,) = [path for path in (shop / ".jaunt/store/answers").rglob("*.py") if "slugify" in path.read_text()]
    kept.write_text(kept.read_text().replace("slugify", "slugity"))
    backend = Shop()
    assert all(outcome.ok for outcome in build_with(shop, backend, jobs=3).values())
    assert sorted(backend.calls) == ["app.slug", "app.words"]


@pytest.mark.parametrize("broken", ["def split_words(text: Nowhere) -> list[str]:", "def split_words(text: str -> 1:"])
def test_nothing_is_asked_for_what_needs_a_spec_that_is_at_fault(shop: Path, broken: str) -> None:
    edit(shop / "src/app/words.py", "def split_words(text: str) -> list[str]:", broken)
    backend = Shop()
    outcomes = build_with(shop, backend, jobs=3)
    assert backend.calls == ["app.tally"]
    assert not outcomes["app.slug"].ok


@pytest.mark.parametrize("seed", range(4))
def test_in_any_dag_each_module_is_asked_for_once_and_comes_after_what_it_needs(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    dag = {n: sorted(rng.sample(range(n), min(n, rng.randrange(3)))) for n in range(12)}
    spec = "import jaunt\n{imports}\n\n@jaunt.magic\ndef f{n}() -> int:\n    '''Return 1.{uses}'''\n    ...\n"
    write_files(tmp_path, {"src/app/__init__.py": "", "jaunt.toml": PLAIN})
    for n, deps in dag.items():
        imports = "\n".join(f"from app.m{d} import f{d}" for d in deps)
        text = spec.format(n=n, imports=imports, uses="".join(f" Uses `f{d}`." for d in deps))
        write_files(tmp_path, {f"src/app/m{n}.py": text})
    ended: list[str] = []

    def listen(event: Event, job: Job, outcome: Outcome | None) -> None:
        if event == "finished":
            ended.append(job.module)

    bad = rng.randrange(12)
    backend = FakeBackend({f"app.m{bad}": ["x = 1\n"]})
    jobs = rng.choice([1, 2, 5, 16])
    build_with(tmp_path, backend, jobs=jobs, order="eager", listener=listen)
    assert all(ended.index(f"app.m{d}") < ended.index(f"app.m{n}") for n, deps in dag.items() for d in deps)
    assert sorted({*backend.calls}) == sorted(f"app.m{n}" for n in dag)
    again = FakeBackend()
    outcomes = build_with(tmp_path, again, jobs=jobs)
    assert all(outcome.ok for outcome in outcomes.values())
    assert again.calls == [f"app.m{bad}"]
