"""`jaunt eject`."""

import argparse
import ast
from collections.abc import Iterator
from contextlib import ExitStack

from jaunt.build.write import remove_module
from jaunt.checks.tools.ruff import tidied
from jaunt.commands.eject.compose import eject_source
from jaunt.commands.shared.kept_fresh import keep_fresh
from jaunt.commands.shared.options import add_module_argument, add_project_options
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import read_module
from jaunt.errors import JauntDiscoveryError, JauntRefusedError
from jaunt.files.atomic import require_writable, write_atomic
from jaunt.files.listing import find_files
from jaunt.files.plain import read_plain
from jaunt.header import split_header
from jaunt.plan.plan import Plan, make_plan
from jaunt.project.importer import import_from_bases
from jaunt.project.project import Project, load_project
from jaunt.report.console import one_line, print_diff, print_warning, relative_paths, say, some
from jaunt.report.diffs import unified_diff
from jaunt.report.wording import all_reasons, build_command
from jaunt.spec_ref import code_name
from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.source import ModuleSource, parse_source, read_source
from jaunt.validation import validate_generated_source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    add_module_argument(parser)
    parser.add_argument("--dry-run", action="store_true", help="print what would change in the spec's file")
    parser.add_argument("--force", action="store_true", help="eject code that is stale or edited by hand too")
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Replace a spec module's file by its handwritten parts and its generated code."""
    project, module = read_module(arguments)
    plan = make_plan(project)
    _refuse_unless_fresh(plan, module, force=arguments.force)
    file = project.modules[module].file
    require_writable(file.path, within=project.root)
    old = read_plain(file.path)
    new = _ejected(project, module)
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
    say(f"{shown} holds the code of {module} now, and is no spec module any more")
    problem = _remove(project, module)
    if problem:
        print_warning(problem)
    kept = keep_fresh(plan, after)
    if kept:
        say(f"still fresh: {some(kept)}")
    if project.kind_of(module) == "test":
        say(f"its tests are ordinary ones now: pytest {shown}")
    return Result(data={**facts, "dry_run": False, "kept_fresh": kept})


def _refuse_unless_fresh(plan: Plan, module: str, *, force: bool) -> None:
    freshness = plan.freshness[module]
    command = build_command(plan.project.kind_of(module))
    if freshness.state in ("unbuilt", "broken"):
        raise JauntRefusedError(
            f"{module}: {all_reasons(freshness)}: there is no code to eject", hint=f"run: {command}"
        )
    if freshness.reasons and not force:
        if freshness.state == "edited" and not freshness.stale:
            command = f"jaunt accept {module}"
        hint = f"run: {command}; --force ejects it as it is"
        raise JauntRefusedError(f"{module} is not fresh: {all_reasons(freshness)}", hint=hint)


def _ejected(project: Project, module: str) -> str:
    """Return the text that takes the place of the spec module's; raises JauntRefusedError."""
    spec_module, path = project.modules[module], project.generated_path(module)
    spec = read_source(module, str(spec_module.file.path), project.handed)
    try:
        spec_module.file.path.read_text(encoding="utf-8")
        code = split_header(path.read_text(encoding="utf-8"))[1]
    except (OSError, UnicodeDecodeError) as error:
        raise JauntRefusedError(
            f"{module}: cannot be read as UTF-8: {error}", hint="save its files as UTF-8"
        ) from error
    names = [code_name(entry.qualname) for entry in spec_module.entries]
    errors = validate_generated_source(code, names)
    if errors:
        command = build_command(project.kind_of(module))
        raise JauntRefusedError(f"{path}: {'; '.join(errors)}", hint=f"run: {command} --force --target {module}")
    generated_module = project.generated_module(module)
    generated = parse_source(generated_module, str(path), code.encode())
    text = eject_source(spec, generated, names, shared=set(_shared(project, module)))
    errors = parse_candidate(text, filename=str(spec_module.file.path))[1]
    if errors:
        raise JauntRefusedError("; ".join(errors), hint="eject it by hand")
    return tidied(spec_module.file.path, spec.text, text)


def _shared(project: Project, module: str) -> Iterator[str]:
    """Yield the names that other modules get from a spec module, by import or as attributes."""
    files = [(f.name, f.path) for f in find_files(project.roots, generated_dir=project.generated_dir)]
    files += [(project.generated_module(m), project.generated_path(m)) for m in project.modules]
    tail = module.rpartition(".")[2].encode()
    for name, path in files:
        try:
            data = read_plain(path)
            source = parse_source(name, str(path), data) if tail in data and name != module else None
        except (OSError, JauntDiscoveryError):
            continue
        for used in _paths(source) if source else ():
            if used.startswith(f"{module}."):
                yield used[len(module) + 1 :].partition(".")[0]


def _paths(source: ModuleSource) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{source.absolute(node)}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield source.dotted(node) or ""


def _checked(project: Project, module: str, *, infer_deps: bool | None) -> Project:
    """Return the project as it is now; raises JauntRefusedError if a module of it broke."""
    file = project.modules[module].file
    imported = import_from_bases({module: file.base}, path=project.bases(), cwd=project.root)
    if imported[module].error:
        raise JauntRefusedError(
            f"{file.path}: could not be imported any more: {imported[module].error}",
            hint="nothing was changed; eject it by hand",
        )
    after = load_project(project.config, infer_deps=infer_deps)
    broken = sorted(after.problems.keys() - project.problems.keys())
    if broken or module in after.modules:
        reason = one_line(str(after.problems[broken[0]])) if broken else f"{module} has specs that could not be ejected"
        raise JauntRefusedError(reason, hint="nothing was changed; eject it by hand")
    return after


def _remove(project: Project, module: str) -> str | None:
    path = project.generated_path(module)
    return remove_module(path, generated_dir=project.generated_dir, within=project.root, force=True)
