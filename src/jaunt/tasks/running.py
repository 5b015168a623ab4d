"""What the tasks of a project run. Loaded when there is something to run: it takes 0.1 s."""

import atexit
from collections.abc import Sequence
from dataclasses import replace

from jaunt.build.eager.order import FirstRequests
from jaunt.build.memory.replaced_code import tell_behaviour
from jaunt.build.memory.time_left import TimeLeft, plan_time_left
from jaunt.build.pipeline import ModuleBuilder
from jaunt.build.project_settings import project_settings
from jaunt.build.run import plan_turns
from jaunt.build.store import fetch_modules
from jaunt.build.write import remove_module
from jaunt.cluster.call import cluster_warnings
from jaunt.engine.job import Outcome
from jaunt.generate.lazy_backend import LazyBackend
from jaunt.plan.drift import distinct, find_drift
from jaunt.plan.module_work import project_work
from jaunt.plan.orphans import find_orphans
from jaunt.plan.plan import Plan, make_plan
from jaunt.report.console import MOST_LINES, and_more, error_line, print_warning, say, some
from jaunt.report.live import Feed
from jaunt.report.progress import ANOTHER_BUILD
from jaunt.report.wording import drift_error
from jaunt.specs.dag import dependents_of
from jaunt.testing.project_tests import run_project_tests


class PlanRunner:
    """Runs the modules of a plan one by one, with one backend for all; `feed` hears of their attempts."""

    def __init__(self, plan: Plan, feed: Feed) -> None:
        self._plan = plan
        self._config = plan.project.config
        self._feed = feed
        self._backend = LazyBackend(self._config)
        settings = project_settings(plan, self._backend)
        self._store = settings.store
        if self._store is not None and (warning := fetch_modules(self._store, plan.project, plan.stale)):
            print_warning(warning)
        self._builder = ModuleBuilder(replace(settings, on_attempt=self._note_attempt, on_wait=_tell_of_wait))
        self._builder.turns = self._turns = plan_turns(plan, self._build)
        self._requests = FirstRequests(plan, self._builder)
        self._outcomes: dict[str, Outcome] = {}
        atexit.register(self._close)  # nobody tells when doit's last task has run

    async def build(self, name: str, *, forced: bool = False) -> Outcome:
        """Build one module, unless another one that needs it has had it built; a `forced` one is generated.

        One that is to be kept runs if code that it depends on was generated, or else as `doit -a` forces it.
        """
        action = self._plan.freshness[name].action
        if (forced and action in ("verify", "judge")) or (action == "keep" and (forced or not self.is_moved(name))):
            # The store's answer, which it has, is not wanted.
            outcome = await self._builder.build(project_work(self._plan.project, name), ask_anew=True)
        else:
            outcome = await (self._turns.build(name) if self._turns.has(name) else self._build(name))
        self._outcomes[name] = outcome
        return outcome

    async def ask(self, name: str) -> Outcome:
        """Make one module's first request before its turn."""
        return await self._requests.ask(name)

    def is_moved(self, name: str) -> bool:
        """Whether code was generated in this run that a fresh module depends on, so that it is looked at again."""
        below = (self._outcomes.get(each) for each in self._plan.project.dag[name])
        return any(outcome is not None and outcome.status == "generated" for outcome in below)

    def tell_behaviour(self) -> None:
        """Say what the code that this run has written does otherwise than the code that it replaced."""
        if any(outcome.status == "generated" for outcome in self._outcomes.values()):
            tell_behaviour(self._plan, self._outcomes)

    async def _build(self, name: str) -> Outcome:
        work = project_work(self._plan.project, name)
        return await self._builder.build(work, freshness=self._plan.freshness[name])

    def spent(self) -> tuple[int, float | None]:
        """Return what all calls so far took: tokens, and money if prices are known."""
        return self._backend.spent(self._config.llm.price)

    def _close(self) -> None:
        self._builder.close()
        if self._store is not None and (warning := self._store.close()):
            print_warning(warning)
        _tell_left_out()

    def _note_attempt(self, module: str, number: int, _: Sequence[str]) -> None:
        self._feed.attempts[module] = number


def _tell_left_out() -> None:
    for text in cluster_warnings():
        print_warning(text)


def time_left(plan: Plan) -> TimeLeft:
    """Return what tells how long the rest of a plan takes."""
    return plan_time_left(plan, plan.project.config.build.jobs)


def clean(plan: Plan, name: str) -> str | None:
    """Remove what was generated for a module; return why it can't be removed, or None."""
    project = plan.project
    return remove_module(
        project.generated_path(name),
        generated_dir=project.generated_dir,
        within=project.root,
    )


def run_tests(plan: Plan) -> str | None:
    """Run the generated tests, and print what pytest says; return what failed, or None.

    Those that the jobs of the plan left unbuilt, and those above such code, are not run, and are told.
    """
    project = plan.project
    tests = {*project.modules_of("test")}
    # By their files, not by what the jobs said: with `-P process` these ran elsewhere.
    held_back = tests & dependents_of(project.dag, make_plan(project).stale) if plan.stale else set[str]()
    failures = [f"not run, as not all that they need could be built: {some(sorted(held_back))}"] if held_back else []
    if tests - held_back:
        result = run_project_tests(project, modules=tests - held_back)
        if output := result.output.rstrip("\n"):
            say(output)
        say(result.verdict)
        _tell_left_out()
        failures += result.failures
    return "; ".join(failures) or None


def drift(plan: Plan) -> str | None:
    """Return in which way the generated files are not what the specs ask for, or None."""
    lines = [error_line(drift_error(drift)) for drift in distinct(find_drift(plan, find_orphans(plan.project)))]
    more = [and_more(len(lines) - MOST_LINES, "jaunt check -v")] if len(lines) > MOST_LINES else []
    return "\n".join([*lines[:MOST_LINES], *more]) or None


def _tell_of_wait(module: str) -> None:
    say(f"waiting for {module}: {ANOTHER_BUILD}")
