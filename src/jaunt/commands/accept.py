"""`jaunt accept`."""

import argparse
import getpass
from datetime import UTC, datetime
from pathlib import Path

from jaunt.build.beside import beside_work
from jaunt.build.store import open_store
from jaunt.build.write import normalize_source, write_code
from jaunt.commands.shared.options import add_module_argument, add_project_options
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import read_module
from jaunt.errors import JauntRefusedError
from jaunt.header import parse_header, split_header
from jaunt.plan.freshness import judge
from jaunt.plan.module_work import ModuleWork, project_works
from jaunt.plan.reasons import ReasonKind
from jaunt.process.tool import run_tool
from jaunt.report.console import one_line, print_warning, relative_paths, say
from jaunt.report.wording import all_reasons, build_command, reason_texts
from jaunt.validation import validate_generated_source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    add_module_argument(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Give a file that was edited by hand a header that makes it the module's code."""
    project, module = read_module(arguments)
    (work,) = project_works(project, [module])
    text = _read(work)
    facts = {"module": module, "path": str(work.path)}
    if judge(text, work.fingerprint).state == "fresh":
        say(f"{module} was not edited by hand: there is nothing to accept")
        return Result(data={**facts, "accepted": False})
    source = _acceptable(work, text)
    person, now = _person(project.root), datetime.now(UTC).isoformat(timespec="seconds")
    write_code(work, source, before=parse_header(text), accepted_by=person, accepted_at=now)
    # The store would bring the model's code back after a `jaunt clean`.
    beside = beside_work(work)
    unkept = open_store(project.config).put(
        work.kind, work.digest, source, module=module, beside=beside, against=work.checked_against(source)
    )
    if unkept:
        print_warning(unkept)
    say(f"{relative_paths(str(work.path))} is the code of {module} now (accepted by {person})")
    return Result(data={**facts, "accepted": True, "accepted_by": person, "accepted_at": now})


def _read(work: ModuleWork) -> str:
    try:
        return work.path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise JauntRefusedError(
            f"{work.module} is not built: there is no edit to accept",
            hint=f"run: {build_command(work.fingerprint.kind)}",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise JauntRefusedError(f"{work.path} cannot be read: {error}", hint="make it a readable UTF-8 file") from error


def _acceptable(work: ModuleWork, text: str) -> str:
    """Return the code to accept; raises JauntRefusedError if it can't be accepted."""
    freshness = judge(text, work.fingerprint)
    command = build_command(work.fingerprint.kind)
    again = f"`{command} --force --target {work.module}`"
    if not freshness.protected:
        raise JauntRefusedError(
            f"{work.module} was not edited by hand: {all_reasons(freshness)}", hint=f"run: {command}"
        )
    if parse_header(text) is None:
        raise JauntRefusedError(
            f"{work.path}: without its header nobody can tell which contract this code answers",
            hint=f"put the header's lines back, or {again} replaces the file",
        )
    if freshness.stale:
        changes = [reason for reason in freshness.reasons if reason.kind is not ReasonKind.EDITED]
        raise JauntRefusedError(
            f"{work.path}: the edit was made for a contract that has changed since: {'; '.join(reason_texts(changes))}",
            hint=f"undo that change, accept, and make it again; or {again} writes code for today's contract",
        )
    source = normalize_source(split_header(text)[1])
    errors = validate_generated_source(source, [entry.qualname for entry in work.entries])
    if errors:
        raise JauntRefusedError(f"{work.path}: {'; '.join(errors)}", hint="correct the edit, then accept it")
    return source


def _person(root: Path) -> str:
    """Return who accepts: git's user name, or the login name."""
    try:
        name = one_line(run_tool(["git", "config", "user.name"], cwd=root).output.decode())
    except (OSError, UnicodeDecodeError):
        name = ""
    try:
        return name or one_line(getpass.getuser())
    except (KeyError, OSError):  # a container's user may have no name
        return "unknown"
