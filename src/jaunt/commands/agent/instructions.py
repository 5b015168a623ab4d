"""`jaunt agent instructions`: what a program that writes code here has to know, made from parser and plan."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jaunt.commands import COMMANDS
from jaunt.commands.shared.command_line import command_parser
from jaunt.commands.shared.options import read_config
from jaunt.commands.shared.result import EXIT_CODES, Result
from jaunt.commands.shared.steps import plan_for
from jaunt.config import JauntConfig
from jaunt.errors import JauntError
from jaunt.plan.plan import Plan
from jaunt.project.project import load_project
from jaunt.report.console import error_line, say
from jaunt.report.wording import first_reason

_MOST_MODULES = 50


def rules(generated_dir: str) -> list[str]:
    """Return what holds in every project, for one whose code is generated into folders of that name."""
    return [
        f"Never edit, create or delete files in {generated_dir} folders: each is generated from its spec module.",
        "To change what generated code does, change its spec (signature, docstring, examples), then run jaunt build.",
        "A spec is a stub below @jaunt.magic, or @jaunt.test for a test. Its body stays `...`: write no code there.",
        "The docstring is the contract, and all that the model sees of what is meant: say what comes back, what "
        "happens at the edges, which exception is raised when; write examples as doctests.",
        "Constants, models and exceptions are written by hand into the spec module; generated code imports them.",
        "jaunt build and jaunt test may cost money: look first with jaunt build --dry-run. jaunt status, check, diff "
        "and prompt cost nothing.",
        "Commit generated files with their specs. No --force, jaunt accept or jaunt eject unless a person asks for it.",
    ]


def run(arguments: argparse.Namespace) -> Result:
    """Print rules, commands, exit codes and the project's state."""
    facts: dict[str, Any] = {"rules": [], "commands": _commands(), "exit_codes": dict(EXIT_CODES)}
    try:
        config = read_config(arguments)
        facts["rules"] = rules(config.paths.generated_dir)
        facts["state"] = _state(config, plan_for(load_project(config, infer_deps=arguments.infer_deps)))
    except JauntError as error:
        facts["rules"] = facts["rules"] or rules("__generated__")
        facts["state"] = {"problem": error_line(error)}
    say("\n".join(_lines(facts)))
    return Result(data=facts)


def _commands() -> dict[str, Any]:
    return {
        name: {"summary": each.summary, "example": each.example, "options": _options(name)}
        for name, each in COMMANDS.items()
        if name != "agent"
    }


def _options(name: str) -> list[str]:
    return [option for option in command_parser(name).options if option not in ("--help", "--json")]


def _state(config: JauntConfig, plan: Plan) -> dict[str, Any]:
    """Return what is so in a project just now."""
    counts: dict[str, int] = {}
    for freshness in plan.freshness.values():
        counts[freshness.state] = counts.get(freshness.state, 0) + 1
    waiting = {
        module: f"{v.state}: {first_reason(module, v)}".removesuffix(": ")
        for module, v in plan.freshness.items()
        if v.state != "fresh"
    }
    return {
        "config_file": str(config.config_file),
        "source_roots": config.paths.source_roots,
        "test_roots": config.paths.test_roots,
        "generated_dir": config.paths.generated_dir,
        "provider": config.llm.provider,
        "model": config.llm.model,
        "modules": counts,
        "not_fresh": waiting,
    }


def _shown(options: Sequence[str]) -> str:
    return f" ({' '.join(options)})" if options else ""


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    yield "# jaunt: specs here are stubs, whose code a model writes"
    yield "\n## Rules\n"
    yield from (f"- {rule}" for rule in facts["rules"])
    yield "\n## Commands\n"
    for name, command in facts["commands"].items():
        yield f"- jaunt {name}: {command['summary']} {_shown(command['options'])}"
    yield "\nEach takes --json: one object on standard output. jaunt help TOPIC says more.\n"
    yield "## Exit codes\n"
    yield from (f"- {code}: {meaning}" for code, meaning in facts["exit_codes"].items())
    yield "\n## The project, now\n"
    state = facts["state"]
    if "problem" in state:
        yield f"- {state['problem']}"
        return
    yield f"- specs in {', '.join([*state['source_roots'], *state['test_roots']])}; code in {state['generated_dir']}"
    provider = " ".join(filter(None, [state["provider"], state["model"]]))
    yield f"- written by {provider or 'nobody: no provider is configured'}"
    yield f"- modules: {', '.join(f'{n} {each}' for each, n in state['modules'].items()) or 'none'}"
    waiting = [*state["not_fresh"].items()]
    yield from (f"- {module} is {why}" for module, why in waiting[:_MOST_MODULES])
    if len(waiting) > _MOST_MODULES:
        yield f"- and {len(waiting) - _MOST_MODULES:,} more: jaunt status lists them"
