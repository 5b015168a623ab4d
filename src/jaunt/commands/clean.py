"""`jaunt clean`."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jaunt import codes
from jaunt.build.write import remove_module
from jaunt.commands.shared.options import add_project_options, add_target_option
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import read_project, selected
from jaunt.errors import JauntConfigError
from jaunt.files.plain import read_plain
from jaunt.plan.orphans import find_orphans
from jaunt.project.project import Project
from jaunt.report.console import MOST_LINES, and_more, print_warning, relative_paths, say
from jaunt.syntax.body import is_edited


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--orphans", action="store_true", help="remove only the files whose spec module is gone")
    parser.add_argument("--dry-run", action="store_true", help="say what would be removed, and remove nothing")
    parser.add_argument("--force", action="store_true", help="remove what was edited by hand too")
    parser.add_argument("-v", "--verbose", action="store_true", help=f"list more than the first {MOST_LINES}")
    add_target_option(parser, "only the file of this module")
    add_project_options(parser)


class _File(NamedTuple):
    """A generated file, and the folder that it has to lie in."""

    path: Path
    base: Path


def run(arguments: argparse.Namespace) -> Result:
    """Remove generated files."""
    if arguments.orphans and arguments.target:
        raise JauntConfigError(
            "an orphan is no target: its spec module is gone",
            hint="leave out --orphans or --target",
            code=codes.COMMAND_LINE,
        )
    project = read_project(arguments)
    removed: list[Path] = []
    left: list[Path] = []
    most = None if arguments.verbose else MOST_LINES
    for file in _files(project, arguments):
        problem = _remove(file, project.generated_dir, arguments)
        (left if problem else removed).append(file.path)
        if problem and (most is None or len(left) <= most):
            print_warning(problem)
        elif not problem and (most is None or len(removed) <= most):
            say(f"{'would remove' if arguments.dry_run else 'removed'} {relative_paths(str(file.path))}")
    for files, tell in ((removed, say), (left, print_warning)):
        if most is not None and len(files) > most:
            tell(and_more(len(files) - most))
    say(f"{len(removed)} {'to remove' if arguments.dry_run else 'removed'}" + (f", {len(left)} left" if left else ""))
    return Result(data={"dry_run": arguments.dry_run, "removed": list(map(str, removed)), "left": list(map(str, left))})


def _files(project: Project, arguments: argparse.Namespace) -> Iterator[_File]:
    """Yield the files that are there to be removed."""
    for module in [] if arguments.orphans else sorted(selected(project, arguments.target or None)):
        path = project.generated_path(module)
        if path.is_file():
            yield _File(path, project.root)
    for orphan in [] if arguments.target else find_orphans(project):
        yield _File(orphan.path, project.root)


def _remove(file: _File, generated_dir: str, arguments: argparse.Namespace) -> str | None:
    """Remove a file unless this is a dry run; return why it was left, or None."""
    if not arguments.force and _is_edited(file.path):
        return f"{file.path} was left: it was edited by hand (--force removes it)"
    if arguments.dry_run:
        return None
    return remove_module(file.path, generated_dir=generated_dir, within=file.base, force=arguments.force)


def _is_edited(path: Path) -> bool:
    try:
        return is_edited(read_plain(path).decode("utf-8", "replace"))
    except OSError:
        return False  # what keeps it from being read keeps it from being removed too, and is reported there
