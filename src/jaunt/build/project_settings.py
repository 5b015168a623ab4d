"""What a project's modules are built with, by its configuration."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from jaunt.build.candidates.kept import KeptCandidates
from jaunt.build.candidates.on_the_side import OnTheSide
from jaunt.build.eager.answers import FirstAnswers
from jaunt.build.failures import SameFailures
from jaunt.build.memory.history import History
from jaunt.build.proof import Proof
from jaunt.build.settings import BuildSettings
from jaunt.build.store import Store, kept_answers, open_store
from jaunt.build.verification import EditedCode
from jaunt.checks.behaviour.comparison.compare import is_asked_for
from jaunt.checks.doctests.imports import Imports
from jaunt.checks.project_checks import project_checks
from jaunt.config import LLMConfig
from jaunt.files.atomic import ensure_state_folder
from jaunt.files.scratch import remove_abandoned_scratch
from jaunt.files.temporary import remove_abandoned_files
from jaunt.generate.base import GeneratorBackend
from jaunt.plan.orphans import generated_folders
from jaunt.plan.plan import Plan
from jaunt.project.project import Project


def project_settings(
    plan: Plan,
    backend: GeneratorBackend,
    *,
    force: bool = False,
    read_store: bool = True,
    record: Path | None = None,
    imports: Imports | None = None,
) -> BuildSettings:
    """Return what a project's modules are built with: its checks, its store, its number of attempts.

    `imports` are those that have begun already.
    """
    config, imports = plan.project.config, imports or Imports(plan.project, plan.stale)
    state = ensure_state_folder(config.root)
    store = open_store(config)
    _sweep(plan.project, state, store)
    checks = project_checks(plan.project)
    several = config.build.candidates > 1
    return BuildSettings(
        backend,
        author=_author(config.llm),
        checks_for=checks,
        failures=SameFailures(config.build.stop_after_same_failure),
        proof=Proof(
            checks,
            [m for m in plan.paid if m not in plan.problems],
            imports.sandboxed,
            EditedCode(plan, checks),
        ),
        rejected=state / "rejected",
        advisories=state / "advisories",
        gate=imports.gate,
        used_at_import=imports.used_at_import,
        max_attempts=config.build.max_attempts,
        candidates=config.build.candidates,
        force=force,
        chosen=plan.chosen,
        by_spec=True,
        whole_module_fallback=config.build.whole_module_fallback,
        max_specs_a_call=config.build.max_specs_a_call,
        store=store,
        read_store=read_store,
        answers=FirstAnswers(kept_answers(store, state, force=force), read=read_store),
        record=record,
        price=config.llm.price,
        history=History(config.root, run=plan.made_at),
        others=OnTheSide(KeptCandidates(store, state)) if several and is_asked_for(plan.project) else None,
    )


def _author(config: LLMConfig) -> str:
    """Return what headers say of who writes code: the provider, and the model or the program."""
    program = Path(config.command[0]).name if config.command else ""
    return " ".join(filter(None, [config.provider, config.model or program]))


def _sweep(project: Project, state: Path, store: Store) -> None:
    """Remove what builds that were killed have left where they were writing."""
    folders = [folder for root in project.roots for folder in generated_folders(root, project.generated_dir)]
    folders += [state, *([] if store.readonly or store.folder.is_relative_to(state) else [store.folder])]
    # In a thread of its own: a store on a network takes long to look through, and nothing waits for this.
    with suppress(RuntimeError):  # no thread can be started: it is left to another build
        threading.Thread(target=_sweep_folders, args=(folders,), name="jaunt-sweep").start()


def _sweep_folders(folders: Sequence[Path]) -> None:
    with suppress(MemoryError):  # it is left to another build
        remove_abandoned_files(folders)
        remove_abandoned_scratch()
