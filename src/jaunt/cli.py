"""The jaunt command: find the command, parse, call, map errors to exit codes."""

import argparse
import atexit
import gc
import importlib
import io
import json
import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from jaunt import codes
from jaunt.commands import COMMANDS
from jaunt.commands.shared.command_line import CommandLine, command_parser, main_parser
from jaunt.commands.shared.result import (
    EXIT_CRASH,
    EXIT_GENERATION,
    EXIT_INTERRUPTED,
    EXIT_PROJECT,
    Interrupted,
    Result,
    exit_code,
)
from jaunt.errors import JauntConfigError, JauntError, JauntWriteError
from jaunt.process.faults import machine_error
from jaunt.process.stopping import INTERRUPTED, at_work, listening
from jaunt.report.console import FORMATS, error_line, print_error, print_warning, use_format
from jaunt.report.excerpt import reading_begins, reading_ends
from jaunt.text.coded import code_of
from jaunt.text.nearest import did_you_mean

DEPENDENCIES = frozenset({"doit", "filelock", "packaging", "pytest", "rich", "ruff", "ty"})
"""The packages that jaunt installs with itself; the decorators, and so production, do without them."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the jaunt command on `argv` (default: the process's arguments) and return its exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    _open_closed_streams()
    try:
        # What the terminal can't encode is escaped, not a traceback; a caller's own stream may not know the method.
        with suppress(AttributeError):
            cast(io.TextIOWrapper, sys.stdout).reconfigure(errors="backslashreplace")
        with _rare_collections(), listening():
            code = _run_for_json(words) if "--json" in words else _run(words).code
        sys.stdout.flush()  # here: at the interpreter's exit, what fails prints a traceback
        return code
    except OSError as error:
        if error.filename is not None:  # then it is not of a stream
            raise
        return _without_output(error)


def _open_closed_streams() -> None:
    """Let what is printed go nowhere where standard output or error is closed: else the next file takes its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            setattr(sys, name, open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))  # noqa: SIM115


def _without_output(error: OSError) -> int:
    """Return the exit code where standard output can't be written: its reader has gone, or its disk is full."""
    with suppress(OSError, ValueError):
        # A second failure at the interpreter's exit would print a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return EXIT_INTERRUPTED
    with suppress(OSError):
        print_error(JauntWriteError(f"what is printed can't be written: {error.strerror or error}"))
    return EXIT_GENERATION


@contextmanager
def _rare_collections() -> Generator[None]:
    """Let Python look for cyclic garbage after 100,000 new objects instead of 700: there is little of it in a command.

    Each look goes through all objects of a project, again and again. In a build of 500 modules it took a quarter of
    the CPU time, and the last ones, as Python ends, another 0.25 s (`tests/benchmarks/serving.py`).
    """
    atexit.unregister(gc.freeze)  # it is registered once, by however many calls in a process
    atexit.register(gc.freeze)
    usual = gc.get_threshold()
    gc.set_threshold(100_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _run_for_json(words: list[str]) -> int:
    """Run a command line, print one JSON object of what it came to, and return the exit code."""
    with _stdout_for_json() as out:
        try:
            result = _run(words)
        except BrokenPipeError:
            raise
        except Exception as error:
            _print_facts(words, Result(EXIT_CRASH, _error_facts(error)), out)
            raise
        _print_facts(words, result, out)
    return result.code


def _print_facts(words: list[str], result: Result, out: TextIO) -> None:
    command = words[0] if not words[0].startswith("-") else None
    facts = {"command": command, "ok": result.code == 0, "exit_code": result.code, **result.data}
    out.write(json.dumps(facts, default=str) + "\n")
    out.flush()


def _run(words: list[str]) -> Result:
    """Run a command line; what goes wrong becomes one line and an exit code."""
    reading_begins()
    try:
        arguments = _parse(words)
        if getattr(arguments, "format", None) in FORMATS:
            use_format(arguments.format)
        command = importlib.import_module(f"jaunt.commands.{arguments.command}")
        with at_work():
            return command.run(arguments)
    except SystemExit as stop:  # argparse: --help and --version
        return Result(stop.code if isinstance(stop.code, int) else EXIT_PROJECT)
    except (JauntError, OSError, RuntimeError, MemoryError) as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # as Python before 3.12 tells it while a class is made
            return _interrupted(error.__cause__)
        told = error if isinstance(error, JauntError) else machine_error(error)
        print_error(told)
        return Result(exit_code([told]), _error_facts(told))
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in DEPENDENCIES:
            raise
        lacking = _not_installed(missing, words[0])
        print_error(lacking)
        return Result(EXIT_PROJECT, _error_facts(lacking))
    except KeyboardInterrupt as error:
        return _interrupted(error)
    finally:
        _tell_left_out()
        use_format("text")
        reading_ends()


def _tell_left_out() -> None:
    """Say which clusters were not used and why, whatever had work for them; without one, nothing of it is loaded."""
    if clusters := sys.modules.get("jaunt.cluster.call"):
        for text in clusters.cluster_warnings():
            print_warning(text)


def _interrupted(error: KeyboardInterrupt) -> Result:
    print_error(INTERRUPTED)
    done = error.facts if isinstance(error, Interrupted) else {}
    return Result(EXIT_INTERRUPTED, {**done, "error": {"type": "KeyboardInterrupt", "message": "interrupted"}})


def _not_installed(package: str, command: str) -> JauntConfigError:
    """Return what is wrong where jaunt was installed without its dependencies, as production does."""
    hint = (
        f"pip install {package}, or install jaunt from its folder without --no-deps: that brings all that builds need"
    )
    return JauntConfigError(f"{package} is not installed, which `jaunt {command}` needs", hint=hint, code=codes.TOOL)


def _error_facts(error: Exception) -> dict[str, Any]:
    text = error_line(error if isinstance(error, JauntError) else str(error))
    code = code_of(text)
    return {"error": {"type": type(error).__name__, "message": text, **({"code": code} if code else {})}}


def _parse(words: list[str]) -> argparse.Namespace:
    """Read the command line; the parser of the chosen command is the only one that is made."""
    name = words[0] if words else ""
    if name not in COMMANDS:
        parser = main_parser()
        if not name:
            parser.error("no command is given")
        parser.parse_known_args([word for word in words[:1] if word.startswith("-")])  # --help and --version end here
        if name.startswith("-"):
            parser.error(f"unknown option {name}: options come after the command, as in `jaunt build --jobs 4`")
        known = did_you_mean(name, COMMANDS, otherwise=f"choose from: {', '.join(COMMANDS)}")
        parser.error(f"unknown command {name!r}: {known}")
    parser = command_parser(name)
    arguments, unknown = parser.parse_known_args(words[1:])
    if unknown:
        parser.error(_unknown(unknown[0], parser))
    return arguments


def _unknown(argument: str, parser: CommandLine) -> str:
    if not argument.startswith("-"):
        selects = f": say --target {argument}" if "--target" in parser.options else ""
        return f"unexpected argument {argument!r}{selects}"
    near = did_you_mean(argument.partition("=")[0], parser.options)
    return f"unknown option {argument}" + (f": {near}" if near else "")


@contextmanager
def _stdout_for_json() -> Generator[TextIO]:
    """Yield standard output for one JSON object; whatever else is printed, by child processes too, goes to stderr."""
    usual = sys.stdout
    try:
        descriptor = usual.fileno()
    except (AttributeError, OSError, io.UnsupportedOperation):  # a caller's own stream stands there
        sys.stdout = sys.stderr
        try:
            yield usual
        finally:
            sys.stdout = usual
        return
    usual.flush()
    saved = os.dup(descriptor)
    os.dup2(sys.stderr.fileno(), descriptor)
    try:
        with os.fdopen(os.dup(saved), "w", encoding="utf-8") as out:
            yield out
    finally:
        usual.flush()
        os.dup2(saved, descriptor)
        os.close(saved)
