"""`jaunt eject`."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from jaunt import codes
from jaunt.build.write import remove_module
from jaunt.checks.tools.ruff import tidied
from jaunt.commands.eject.text import ejected_text, refuse_unless_fresh
from jaunt.commands.eject.whole import ejected_files, write_whole
from jaunt.commands.shared.kept_fresh import keep_fresh
from jaunt.commands.shared.options import add_project_options
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import read_module, read_project
from jaunt.errors import JauntConfigError, JauntRefusedError
from jaunt.files.atomic import require_writable, write_atomic
from jaunt.files.plain import read_plain
from jaunt.plan.plan import make_plan
from jaunt.project.importer import import_from_bases
from jaunt.project.project import Project, load_project
from jaunt.report.console import one_line, print_diff, print_warning, relative_paths, say, some
from jaunt.report.diffs import unified_diff
from jaunt.syntax.source import read_source
from jaunt.text.counts import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    help = "the spec module, all of it (a spec or a source file names it too)"
    parser.add_argument("module", nargs="?", metavar="MODULE", help=help)
    help = "copy the source roots, with all specs replaced by their code and nothing of jaunt left, into --into DIR"
    parser.add_argument("--all", action="store_true", help=help)
    parser.add_argument("--into", metavar="DIR", help="with --all: a folder that is not there yet, or is empty")
    parser.add_argument("--dry-run", action="store_true", help="print what would change in the spec's file")
    parser.add_argument("--force", action="store_true", help="eject code that is stale or edited by hand too")
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Replace a spec module's file by its handwritten parts and its generated code, or write all of them elsewhere."""
    if arguments.all or arguments.into:
        return _whole(arguments)
    if arguments.module is None:
        raise JauntConfigError(
            "eject takes a MODULE, or --all --into DIR",
            hint="`jaunt status` lists the modules",
            code=codes.COMMAND_LINE,
        )
    project, module = read_module(arguments)
    plan = make_plan(project)
    refuse_unless_fresh(plan, module, force=arguments.force)
    file = project.modules[module].file
    require_writable(file.path, within=project.root)
    old = read_plain(file.path)
    new = _tidied(project, module, ejected_text(project, module))
    shown = relative_paths(str(file.path))
    facts = {"module": module, "path": str(file.path), "removed": str(project.generated_path(module))}
    if arguments.dry_run:
        print_diff(unified_diff(read_source(module, str(file.path)).text, new, shown))
        return Result(data={**facts, "dry_run": True, "source": new})
    write_atomic(file.path, new, within=project.root)
    with ExitStack() as unless_checked:
        unless_checked.callback(file.path.write_bytes, old)  # after an interruption too, nothing has changed
        after = _checked(project, module, infer_deps=arguments.infer_deps)
        unless_checked.pop_all()
    specs = f", all {counted(count, 'spec')} of it," if (count := len(project.modules[module].entries)) > 1 else ""
    say(f"{shown} holds the code of {module}{specs} now, and is no spec module any more")
    problem = _remove(project, module)
    if problem:
        print_warning(problem)
    kept = keep_fresh(plan, after)
    if kept:
        say(f"still fresh: {some(kept)}")
    if project.kind_of(module) == "test":
        say(f"its tests are ordinary ones now: pytest {shown}")
    return Result(data={**facts, "dry_run": False, "kept_fresh": kept})


def _whole(arguments: argparse.Namespace) -> Result:
    """Write the source roots without jaunt into a folder; the project stays as it is."""
    if not arguments.all or not arguments.into or arguments.module:
        raise JauntConfigError(
            "--all goes with --into DIR, and without MODULE",
            hint="jaunt eject --all --into DIR",
            code=codes.COMMAND_LINE,
        )
    project = read_project(arguments)
    into, texts = Path(arguments.into), ejected_files(project, force=arguments.force)
    if arguments.dry_run:
        for path, text in sorted(texts.items()):
            print_diff(unified_diff(read_source("m", str(path)).text, text, relative_paths(str(path))))
        return Result(data={"into": str(into), "files": sorted(map(str, texts)), "roots": [], "dry_run": True})
    roots = write_whole(project, texts, into)
    say(f"{counted(len(texts), 'module')} without jaunt, and all that is beside them: {some(map(str, roots))}")
    return Result(
        data={"into": str(into), "files": sorted(map(str, texts)), "roots": [*map(str, roots)], "dry_run": False}
    )


def _tidied(project: Project, module: str, text: str) -> str:
    path = project.modules[module].file.path
    return tidied(path, read_source(module, str(path)).text, text)


def _checked(project: Project, module: str, *, infer_deps: bool | None) -> Project:
    """Return the project as it is now; raises JauntRefusedError if a module of it broke."""
    file = project.modules[module].file
    imported = import_from_bases({module: file.base}, path_of=project.bases_from, cwd=project.root)
    if imported[module].error:
        raise JauntRefusedError(
            f"{file.path}: could not be imported any more: {imported[module].error}",
            hint="nothing was changed; eject it by hand",
            code=codes.NOT_EJECTED,
        )
    after = load_project(project.config, infer_deps=infer_deps)
    broken = sorted(after.problems.keys() - project.problems.keys())
    if broken or module in after.modules:
        reason = one_line(str(after.problems[broken[0]])) if broken else f"{module} has specs that could not be ejected"
        raise JauntRefusedError(reason, hint="nothing was changed; eject it by hand", code=codes.NOT_EJECTED)
    return after


def _remove(project: Project, module: str) -> str | None:
    path = project.generated_path(module)
    return remove_module(path, generated_dir=project.generated_dir, within=project.root, force=True)
