"""The jaunt command: parse, call, map errors to exit codes. The engine's half is imported by the command that needs it."""

import argparse
import difflib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from jaunt import __version__
from jaunt.errors import JauntConfigError, JauntDependencyCycleError, JauntDiscoveryError, JauntError

if TYPE_CHECKING:
    from jaunt.config import JauntConfig
    from jaunt.job import Outcome
    from jaunt.plan import Plan
    from jaunt.project import Project

EXIT_OK = 0
EXIT_PROJECT = 2
EXIT_GENERATION = 3
EXIT_PYTEST = 4
EXIT_INTERRUPTED = 130

_CODES = """\
exit codes: 0 done; 2 the configuration, a spec or a dependency cycle is wrong;
3 a module could not be generated; 4 tests failed; 130 interrupted"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the jaunt command on `argv` (default: the process's arguments) and return its exit code."""
    from jaunt.report import print_error

    try:
        with suppress(ValueError):  # only the main thread may set handlers
            signal.signal(signal.SIGTERM, _interrupt)
        arguments = _parse(sys.argv[1:] if argv is None else list(argv))
        return arguments.run(arguments)
    except JauntError as error:
        print_error(error)
        return _exit_code([error])
    except KeyboardInterrupt:
        print_error("interrupted; what was finished is kept")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; a second failure at the interpreter's exit would print a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_INTERRUPTED
    except SystemExit as stop:  # argparse: --help, --version and wrong usage
        return stop.code if isinstance(stop.code, int) else EXIT_PROJECT


def _build(arguments: argparse.Namespace) -> int:
    config = _config(arguments)
    project = _project(config, arguments)
    plan = _plan(project, arguments, kinds=("build",))
    return _run(plan, arguments)


def _test(arguments: argparse.Namespace) -> int:
    from jaunt.report import print_error
    from jaunt.tester import run_project_tests

    config = _config(arguments)
    project = _project(config, arguments)
    tests = _tests(project, arguments)
    kinds = ("test",) if arguments.no_build else ("build", "test")
    code = _run(_plan(project, arguments, kinds=kinds), arguments)
    if arguments.no_run:
        return code
    if code:
        print_error("the tests were not run, as not everything could be built")
        return code
    result = run_project_tests(project, modules=tests, pytest_args=arguments.pytest_args)
    for failure in result.failures:
        print_error(failure)
    return EXIT_OK if result.passed else EXIT_PYTEST


def _status(arguments: argparse.Namespace) -> int:
    from jaunt.report import print_error, print_status

    plan = _plan(_project(_config(arguments), arguments), arguments, kinds=("build", "test"))
    print_status(plan)
    for error in _distinct(plan.problems.values()):
        print_error(error)
    return _exit_code(plan.problems.values())


def _example(arguments: argparse.Namespace) -> int:
    from jaunt.examples import copy_example, list_examples
    from jaunt.report import say

    if arguments.name is None:
        for name, title in list_examples():
            say(f"{name:<12} {title}")
        say("\ncopy one out with: jaunt example NAME [DIR]")
        return EXIT_OK
    folder = copy_example(arguments.name, Path(arguments.directory or arguments.name))
    say(f"copied {arguments.name} to {folder}\nnext: jaunt test --root {folder}")
    return EXIT_OK


def _config(arguments: argparse.Namespace) -> "JauntConfig":
    from jaunt.config import find_project_root, load_config

    if arguments.config:
        return load_config(root=arguments.root, config_path=arguments.config)
    return load_config(root=find_project_root(Path()) if arguments.root is None else arguments.root)


def _project(config: "JauntConfig", arguments: argparse.Namespace) -> "Project":
    from jaunt.project import load_project
    from jaunt.report import print_warning

    project = load_project(config, infer_deps=False if arguments.no_infer_deps else None)
    if not project.modules:
        folders = ", ".join([*config.paths.source_roots, *config.paths.test_roots])
        print_warning(
            f"{config.config_file}: there is no spec in {folders} (decorate a stub with @jaunt.magic, or correct "
            "paths.source_roots)"
        )
    return project


def _selected(project: "Project", arguments: argparse.Namespace, *, kinds: Sequence[str]) -> set[str]:
    """Return the modules that `--target` names, or all those of the kinds."""
    from jaunt.project import select_targets

    if arguments.target:
        return select_targets(project, arguments.target)
    return {module for kind in kinds for module in project.modules_of(kind)}


def _tests(project: "Project", arguments: argparse.Namespace) -> set[str]:
    """Return the test modules to run; raises JauntConfigError if `--target` names none."""
    selected = _selected(project, arguments, kinds=("test",))
    tests = {module for module in selected if project.kind_of(module) == "test"}
    if selected and not tests:
        users = [module for module in project.modules_of("test") if project.dag[module] & selected]
        raise JauntConfigError(
            f"no test module is named by --target {' --target '.join(arguments.target)}",
            hint=f"its tests are in: {', '.join(users)}" if users else "`jaunt status` lists the modules",
        )
    return tests


def _plan(project: "Project", arguments: argparse.Namespace, *, kinds: Sequence[str]) -> "Plan":
    from jaunt.plan import make_plan

    selected = _selected(project, arguments, kinds=kinds)
    plan = make_plan(project, selected, force=selected if getattr(arguments, "force", False) else ())
    return plan.restricted_to(kinds)


def _run(plan: "Plan", arguments: argparse.Namespace) -> int:
    """Build what is stale in a plan, tell about it, and return the exit code."""
    import asyncio

    from jaunt.report import Stopwatch, print_edited, print_summary

    watch = Stopwatch()
    try:
        outcomes = asyncio.run(_generate(plan, arguments)) if plan.stale else {}
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    print_edited(plan)
    print_summary(plan, outcomes.values(), watch.seconds)
    return _outcome_code(outcomes.values())


async def _generate(plan: "Plan", arguments: argparse.Namespace) -> "dict[str, Outcome]":
    from jaunt.builder import project_workshop, run_plan
    from jaunt.generate.providers import make_backend
    from jaunt.report import Progress

    config = plan.project.config
    shop = project_workshop(
        plan, make_backend(config), force=arguments.force, read_store=not arguments.no_store
    )
    try:
        with _cancelled_by_sigterm():
            return await run_plan(
                plan, shop, jobs=arguments.jobs or config.build.jobs, listener=Progress(len(plan.stale))
            )
    finally:
        await shop.backend.close()


@contextmanager
def _cancelled_by_sigterm() -> Iterator[None]:
    """Let SIGTERM cancel the current task, as asyncio.run does with Ctrl-C.

    An exception raised by a handler could hit any line, and be taken for the failure of the module that runs it.
    """
    import asyncio

    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    try:
        loop.add_signal_handler(signal.SIGTERM, task.cancel if task else _interrupt)
    except (NotImplementedError, ValueError, RuntimeError):  # Windows; or not in the main thread
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, _interrupt)


def _distinct(errors: "Any") -> list[JauntError]:
    return list({str(error): error for error in errors}.values())


def _outcome_code(outcomes: "Any") -> int:
    failed = [outcome.cause for outcome in outcomes if outcome.status != "generated"]
    return _exit_code(failed) if failed else EXIT_OK


def _exit_code(errors: "Any") -> int:
    """Map errors to the exit code of the worst: what is wrong in the project comes before what could not be made."""
    errors = list(errors)
    if any(isinstance(e, JauntConfigError | JauntDiscoveryError | JauntDependencyCycleError) for e in errors):
        return EXIT_PROJECT
    return EXIT_GENERATION if errors else EXIT_OK


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line, with the nearest real word."""

    def error(self, message: str) -> NoReturn:
        from jaunt.report import print_error

        print_error(JauntConfigError(message, hint=f"see: {self.prog} --help"))
        raise SystemExit(EXIT_PROJECT)

    @property
    def options(self) -> list[str]:
        """The long options that it takes."""
        return [option for option in self._option_string_actions if option.startswith("--")]

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            near = difflib.get_close_matches(str(value), list(action.choices), n=1)
            known = f"did you mean {near[0]!r}?" if near else f"choose from: {', '.join(action.choices)}"
            raise argparse.ArgumentError(None, f"unknown command {value!r}: {known}")


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = _parser()
    if argv and argv[0].startswith("--") and argv[0].partition("=")[0] not in parser.options:
        parser.error(f"unknown option {argv[0]}: options come after the command, as in `jaunt build --jobs 4`")
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        arguments.parser.error(_unknown(unknown[0], arguments.parser.options))
    return arguments


def _unknown(argument: str, options: Sequence[str]) -> str:
    if not argument.startswith("-"):
        return f"unexpected argument {argument!r}"
    near = difflib.get_close_matches(argument.partition("=")[0], options, n=1)
    return f"unknown option {argument}" + (f": did you mean {near[0]}?" if near else "")


def _parser() -> _Parser:
    parser = _Parser(
        prog="jaunt",
        description="Write specs; a model writes the code; jaunt builds what is stale.",
        epilog=f"example: jaunt example textkit demo && jaunt test --root demo\n\n{_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"jaunt {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    build = _command(commands, "build", _build, "generate the modules whose specs have changed", "jaunt build --jobs 16")
    test = _command(
        commands, "test", _test, "build, generate the tests, run them", "jaunt test --target tests.test_slug"
    )
    status = _command(commands, "status", _status, "say what is fresh, what is stale, and why", "jaunt status")
    for command in (build, test, status):
        _add_project_options(command)
    for command in (build, test):
        _add_build_options(command)
    test.add_argument("--no-build", action="store_true", help="leave the modules under test as they are")
    test.add_argument("--no-run", action="store_true", help="generate the tests without running them")
    test.add_argument(
        "--pytest-args", action="append", default=[], metavar="ARG",
        help="an argument for pytest, as in --pytest-args=-x (repeatable)",
    )  # fmt: skip
    example = _command(commands, "example", _example, "list the example projects, or copy one out", "jaunt example textkit demo")
    example.add_argument("name", nargs="?", metavar="NAME", help="the example to copy; without it they are listed")
    example.add_argument("directory", nargs="?", metavar="DIR", help="where to (default: a folder of that name)")
    return parser


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], summary: str, example: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"example: {example}\n\n{_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.set_defaults(run=run, parser=command)
    return command


def _add_project_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--root", metavar="DIR", help="the project's folder (default: found from here upwards)")
    command.add_argument("--config", metavar="FILE", help="a jaunt.toml or pyproject.toml in place of the project's")
    command.add_argument(
        "--target", action="append", default=[], metavar="MODULE",
        help="only this module, with its dependencies (repeatable; a spec or a source file names its module)",
    )  # fmt: skip
    command.add_argument("--no-infer-deps", action="store_true", help="take only the deps= that specs declare")


def _add_build_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--jobs", type=_jobs, metavar="N", help="modules to generate at a time (default: build.jobs)")
    command.add_argument("--no-store", action="store_true", help="ask the model even for what the store holds")
    command.add_argument("--force", action="store_true", help="regenerate fresh modules too, and overwrite hand edits")


def _jobs(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, not {text!r}")
    return number
