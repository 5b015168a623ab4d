"""Money in sight: what calls take is counted, told, and limited."""

import asyncio
from pathlib import Path

import pytest
from backends import CountingBackend
from builds import PLAIN
from projects import SHOP, SHOP_ANSWERS, write_files

from jaunt.build.project_settings import project_settings
from jaunt.build.run import run_plan
from jaunt.config import BuildConfig, JauntConfig, LLMConfig, PriceConfig, load_config
from jaunt.engine.job import Outcome
from jaunt.errors import JauntBudgetError, JauntConfigError
from jaunt.generate.budget import Budget, budget_of
from jaunt.generate.model import ModelBackend, Usage
from jaunt.plan.plan import make_plan
from jaunt.project.project import load_project
from jaunt.report.progress import print_summary

PRICE = PriceConfig(input=2.0, output=10.0, cached_input=0.5)


def build(root: Path, backend: ModelBackend, *, toml: str = "", jobs: int = 1) -> dict[str, Outcome]:
    write_files(root, {**SHOP, "jaunt.toml": toml + PLAIN.removeprefix("version = 1\n")})
    project = load_project(load_config(root=root))
    plan = make_plan(project, project.modules_of("build"))
    return asyncio.run(run_plan(plan, project_settings(plan, backend), jobs=jobs))


def test_cached_tokens_are_priced_as_such() -> None:
    assert Usage(1_000_000, 100_000, 400_000).cost(PRICE) == pytest.approx(0.6 * 2 + 0.4 * 0.5 + 0.1 * 10)


def test_each_outcome_says_what_its_module_took(tmp_path: Path) -> None:
    outcomes = build(tmp_path, CountingBackend(), toml="[llm.price]\ninput = 2.0\noutput = 10.0\ncached_input = 0.5\n")
    for outcome in outcomes.values():
        assert (outcome.input_tokens, outcome.output_tokens, outcome.cached_input_tokens) == (1000, 100, 400)
        assert outcome.cost == pytest.approx(Usage(1000, 100, 400).cost(PRICE))


def test_failed_attempts_are_counted_too(tmp_path: Path) -> None:
    backend = CountingBackend({**SHOP_ANSWERS, "app.tally": "x = 1"})
    outcome = build(tmp_path, backend, toml="[build]\nmax_attempts = 3\n")["app.tally"]
    assert outcome.status == "failed"
    assert outcome.input_tokens == 3000
    assert outcome.cost is None


def test_no_call_is_made_once_the_tokens_are_used_up(tmp_path: Path) -> None:
    backend = CountingBackend()
    backend.admit = Budget(max_tokens=2000).admit
    outcomes = build(tmp_path, backend)
    assert len(backend.calls) == 2
    assert {m: o.status for m, o in outcomes.items() if m in backend.calls} == dict.fromkeys(backend.calls, "generated")
    (left,) = outcomes.keys() - set(backend.calls)
    assert isinstance(outcomes[left].cause, JauntBudgetError)
    assert "build.max_tokens = 2000 is reached" in outcomes[left].errors[0]


def test_no_call_is_made_once_the_money_is_spent(tmp_path: Path) -> None:
    backend = CountingBackend()
    backend.admit = Budget(max_cost=0.001, price=PRICE).admit
    outcomes = build(tmp_path, backend)
    assert len(backend.calls) == 1
    assert sorted(outcome.status for outcome in outcomes.values()) == ["failed", "failed", "generated"]


def test_a_limit_of_cost_needs_prices() -> None:
    with pytest.raises(JauntConfigError, match="needs prices"):
        budget_of(JauntConfig(build=BuildConfig(max_cost=1.0)))
    priced = JauntConfig(build=BuildConfig(max_cost=1.0), llm=LLMConfig(price=PRICE))
    assert budget_of(priced) == Budget(max_cost=1.0, price=PRICE)


def test_the_summary_tells_tokens_and_cost_and_what_was_not_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backend = CountingBackend()
    backend.admit = Budget(max_tokens=2000).admit
    outcomes = build(tmp_path, backend, toml="[llm.price]\ninput = 2.0\noutput = 10.0\n")
    project = load_project(load_config(root=tmp_path))
    print_summary(make_plan(project, ()), outcomes.values(), 1.0)
    printed = capsys.readouterr().out
    assert "2 generated, 1 not started" in printed
    assert "2,000 tokens in (800 cached), 200 out, cost 0.0060" in printed
