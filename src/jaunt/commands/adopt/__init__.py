"""`jaunt adopt`."""

import argparse
import ast
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jaunt import codes
from jaunt.build.context import make_context
from jaunt.build.landing import keep_contract
from jaunt.build.memory.history import History
from jaunt.build.store import keep_code, open_store
from jaunt.build.verification import examine
from jaunt.build.write import remove_module, stamp_code
from jaunt.checks.static.own_class import with_class_named
from jaunt.checks.tools.own_attributes import with_comments
from jaunt.checks.tools.ruff import tidied
from jaunt.commands.adopt.compose import moved_code, returns_a_value, spec_source
from jaunt.commands.adopt.examples import find_examples
from jaunt.commands.adopt.git import note_written, require_clean
from jaunt.commands.adopt.methods import nodes_of
from jaunt.commands.adopt.movable import Refusal, choose
from jaunt.commands.adopt.rehearsal import Rehearsed, rehearse
from jaunt.commands.adopt.target import Person, find_target, generated_code, merged, module_at
from jaunt.commands.shared.kept_fresh import keep_fresh
from jaunt.commands.shared.options import add_project_options, read_config
from jaunt.commands.shared.person import person_at
from jaunt.commands.shared.result import Result
from jaunt.errors import JauntConfigError, JauntRefusedError, JauntWriteError
from jaunt.files.atomic import ensure_packages, require_writable, write_atomic
from jaunt.files.listing import ModuleFile
from jaunt.files.plain import read_plain
from jaunt.generate.evidence import Evidence
from jaunt.header import split_header
from jaunt.plan.module_work import project_work
from jaunt.plan.plan import make_plan
from jaunt.process.frozen import frozen
from jaunt.process.python import python_command
from jaunt.process.tool import run_tool
from jaunt.project.project import Project, load_project
from jaunt.report.console import print_diff, print_lines, print_warning, relative_paths, say, some
from jaunt.report.diffs import unified_diff
from jaunt.report.wording import located_error
from jaunt.spec_ref import code_name
from jaunt.syntax.source import ModuleSource, parse_source
from jaunt.text.counts import counted
from jaunt.text.flaw import flaws


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    help = "a module or its file: all functions and methods that can be moved; or one, or all of a class"
    parser.add_argument("target", metavar="MODULE[:NAME]", help=help)
    parser.add_argument("--dry-run", action="store_true", help="print what would change, in both files")
    help = "add examples of what the functions do today to their docstrings, run in the sandbox"
    parser.add_argument("--examples", action="store_true", help=help)
    parser.add_argument("--force", action="store_true", help="adopt in a git tree that has changes too")
    add_project_options(parser)


_MOST_FINDINGS = 10


@frozen
class _Adoption:
    """What is to be done: the functions `names` of a person's file become specs; `spec_text` is that file then."""

    person: Person
    names: Sequence[str]
    spec_text: str
    generated: Rehearsed


def run(arguments: argparse.Namespace) -> Result:
    """Move the code of handwritten functions into the generated module, and leave specs in their place."""
    project = load_project(read_config(arguments), infer_deps=arguments.infer_deps)
    person, wanted = find_target(project, arguments.target)
    if not arguments.dry_run and not arguments.force:
        require_clean(project.root, person.file.path)
    names, refused = choose(person.source, wanted)
    if not names or (wanted and {*wanted} & refused.keys()):
        raise _nothing(person, refused)
    examples, without = find_examples(project, person, names) if arguments.examples else ({}, {})
    adoption = _prepared(project, person, names, examples, infer_deps=arguments.infer_deps)
    _tell_refused(person, refused)
    facts: dict[str, Any] = {
        "module": person.file.name,
        "path": str(person.file.path),
        "generated": str(adoption.generated.path),
        "dry_run": arguments.dry_run,
        "adopted": names,
        "left": [{"name": name, "line": each.line, "reason": each.reason} for name, each in refused.items()],
        "examples": {name: sum(line.startswith(">>>") for line in lines) for name, lines in examples.items()},
        "without_examples": without,
        "undocumented": _tell_undocumented(person.source, names),
        "unannotated": _tell_unannotated(person.source, names),
    }
    if arguments.dry_run:
        _print_patch(adoption)
        return Result(data=facts)
    after, kept = _carry_out(project, adoption, infer_deps=arguments.infer_deps)
    say(f"{some(names)}: specs in {relative_paths(facts['path'])} now, code in {relative_paths(facts['generated'])}")
    if arguments.examples:
        say(f"examples recorded: {sum(facts['examples'].values())}, for {len(examples)} of {len(names)}")
        print_lines([f"no examples for {name}: {why}" for name, why in without.items()], verbose=False, tell=say)
    if kept:
        say(f"still fresh: {some(kept)}")
    findings, warnings = _tell_findings(after, adoption)
    return Result(data={**facts, "kept_fresh": kept, "findings": findings, "warnings": warnings})


def _tell_findings(project: Project, adoption: _Adoption) -> tuple[list[str], list[str]]:
    """Warn of what the checks of a build find in the code: it works, and is theirs to judge later.

    Return what would keep it from landing, and what would not. Where nothing would, what they have shown is noted.
    """
    module, text = module_at(project, adoption.person.file.path), adoption.generated.data.decode()
    try:
        examined = examine(project, {module: split_header(text)[1]}, jobs=1)[module]
    except JauntConfigError as error:  # a check can't work here: that keeps nobody from adopting
        print_warning(f"the code was not checked: {error}")
        return [], []
    if examined.fault is None and not examined.errors:
        _record(project, adoption, text, examined.evidence)
    found = [located_error(error, adoption.generated.path, text) for error in examined.errors]
    found += [str(examined.fault)] if examined.fault else []
    warnings = [located_error(each, adoption.generated.path, text) for each in flaws(examined.warnings)]
    for each in [*found[:_MOST_FINDINGS], *warnings[:_MOST_FINDINGS]]:
        print_warning(each)
    if found:
        print_warning(
            f"the checks of a build find {counted(len(found), 'fault')} in the code that was adopted: when something "
            f"moves that it uses, it would be generated anew (jaunt check --verify --target {module} tells them again)"
        )
    return found, warnings


def _record(project: Project, adoption: _Adoption, text: str, evidence: Evidence) -> None:
    """Have the header say what the checks have shown of the code, and of which specs nothing."""
    try:
        work = project_work(project, module_at(project, adoption.person.file.path))
        path = stamp_code(work, text, evidence=evidence)
    except JauntWriteError as error:
        print_warning(str(error))
    else:
        note_written(project.root, [path])


def _nothing(person: Person, refused: Mapping[str, Refusal]) -> JauntRefusedError:
    path = str(person.file.path)
    if not refused and any(map(person.source.is_spec, person.source.definitions.values())):
        return JauntRefusedError(
            f"{path}: its functions are specs already",
            hint="`jaunt status` lists what is stale",
            code=codes.NOT_ADOPTED,
        )
    if not refused:
        return JauntRefusedError(
            f"{path}: it has no function to adopt", hint="name a module with functions", code=codes.NOT_ADOPTED
        )
    told = [_told(path, name, each) for name, each in refused.items()]
    more = f"; and {len(told) - 3:,} more" if len(told) > 3 else ""
    return JauntRefusedError("; ".join(told[:3]) + more, hint="nothing was changed", code=codes.NOT_ADOPTED)


def _told(path: str, name: str, refusal: Refusal) -> str:
    where = f"{path}:{refusal.line}" if refusal.line else path
    return f"{where}: {name} is left as it is: {refusal.reason}"


def _tell_refused(person: Person, refused: Mapping[str, Refusal]) -> None:
    for name, each in refused.items():
        print_warning(_told(str(person.file.path), name, each))


def _tell_undocumented(source: ModuleSource, names: Sequence[str]) -> list[str]:
    """Warn of functions without a docstring, whose contract is no more than their signature; return their names."""
    nodes = nodes_of(source, names)
    found = [name for name, node in nodes.items() if ast.get_docstring(node, clean=False) is None]
    for name in found:
        print_warning(f"{source.path}:{nodes[name].lineno}: {name} has no docstring: say in one what its code does")
    return found


def _tell_unannotated(source: ModuleSource, names: Sequence[str]) -> list[str]:
    """Warn of functions that return something and don't say what, once for all of them; return their names."""
    nodes = nodes_of(source, names)
    found = [name for name, node in nodes.items() if node.returns is None and returns_a_value(node)]
    if found:
        print_warning(
            f"{source.path}:{nodes[found[0]].lineno}: {some(found)}: annotate what is returned: "
            "pyright takes the result of a stub that does not say for None"
        )
    return found


def _prepared(
    project: Project,
    person: Person,
    names: Sequence[str],
    examples: Mapping[str, Sequence[str]],
    *,
    infer_deps: bool | None,
) -> _Adoption:
    """Return all that would be written, `examples` in docstrings; raises JauntRefusedError, and nothing has changed."""
    require_writable(person.file.path, within=project.root)
    new = spec_source(person.source, names, examples)
    new = tidied(person.file.path, person.source.text, new)
    spec = parse_source(person.file.name, str(person.file.path), new.encode(), project.handed)
    moved = [code_name(name) for name in names]
    code = with_comments(with_class_named(moved_code(person.source, names), spec, moved), spec, moved)
    header, standing = generated_code(project, person.file)
    if standing:
        kept = [code_name(entry.qualname) for entry in _entries(project, person)]
        code = merged(standing, code, person.file.name, moved, kept=kept)
    adopted = {
        "adopted_by": person_at(project.root),
        "adopted_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    rehearsed = rehearse(project, person.file, new, code, before=header, adopted=adopted, infer_deps=infer_deps)
    require_writable(rehearsed.path, within=project.root)
    if not standing and rehearsed.path.exists() and rehearsed.path.stat().st_size:  # or a bare `__init__.py`
        raise JauntRefusedError(
            f"{rehearsed.path} is there, though {person.file.name} has no specs",
            hint="jaunt clean --orphans removes it, if nobody needs it",
            code=codes.NOT_ADOPTED,
        )
    return _Adoption(person, names, new, rehearsed)


def _entries(project: Project, person: Person) -> Sequence[Any]:
    return project.modules[module_at(project, person.file.path)].entries


def _print_patch(adoption: _Adoption) -> None:
    person, generated = adoption.person, adoption.generated
    old = read_plain(generated.path).decode() if generated.path.is_file() else ""
    print_diff(unified_diff(person.source.text, adoption.spec_text, relative_paths(str(person.file.path))))
    print_diff(unified_diff(old, generated.data.decode(), relative_paths(str(generated.path))))


def _carry_out(project: Project, adoption: _Adoption, *, infer_deps: bool | None) -> tuple[Project, list[str]]:
    """Write both files, the generated one first, and check what came of it.

    Return the project as it is then, and the modules that are kept fresh.

    Whatever fails, both are as before. Raises JauntRefusedError or JauntWriteError then.
    """
    person, generated, plan = adoption.person, adoption.generated, make_plan(project)
    old = read_plain(generated.path) if generated.path.is_file() else None
    with ExitStack() as unless_checked:
        unless_checked.callback(_restore, project, generated.path, old)
        if generated.packages_below is not None:
            ensure_packages(generated.path.parent, within=project.root, below=generated.packages_below)
        write_atomic(generated.path, generated.data, within=project.root)
        if read_plain(person.file.path) != person.data:
            raise JauntRefusedError(
                f"{person.file.path} has changed meanwhile", hint="adopt again", code=codes.NOT_ADOPTED
            )
        unless_checked.callback(write_atomic, person.file.path, person.data, within=project.root)
        write_atomic(person.file.path, person.encoded(adoption.spec_text), within=project.root)
        after = _checked(project, person.file, infer_deps=infer_deps)
        unless_checked.pop_all()
    note_written(project.root, [person.file.path, generated.path])
    work = project_work(after, module_at(after, person.file.path))
    # Or else a `jaunt clean` would cost a call, though the code is there.
    unkept = keep_code(open_store(project.config), work, split_header(generated.data.decode())[1])
    if unkept:
        print_warning(unkept)
    before = old.decode() if old else ""
    keep_contract(History(project.root, run=plan.made_at), work, make_context(work, replaced=before), before)
    return after, keep_fresh(plan, after)


def _restore(project: Project, path: Path, old: bytes | None) -> None:
    if old is not None:
        write_atomic(path, old, within=project.root)
    elif path.is_file():
        remove_module(path, generated_dir=project.generated_dir, within=project.root, force=True)


def _checked(project: Project, file: ModuleFile, *, infer_deps: bool | None) -> Project:
    """Return the project as it is now; raises JauntRefusedError if the module is not fresh, or can't be loaded."""
    after = load_project(project.config, infer_deps=infer_deps)
    module = module_at(after, file.path)
    freshness = make_plan(after, [module]).freshness.get(module) if module else None
    if module in after.problems or freshness is None or freshness.state not in ("fresh", "accepted"):
        reason = after.problems.get(module) or f"{module or file.name} would not be fresh"
        raise JauntRefusedError(str(reason), hint="nothing was changed", code=codes.NOT_ADOPTED)
    bases = dict.fromkeys([str(after.modules[module].file.base), *map(str, after.bases())])
    command = python_command("jaunt.commands.adopt.load_child", file.name, *bases, options=("-P", "-B"))
    loaded = run_tool(command, cwd=project.root)
    if loaded.code:
        raise JauntRefusedError(
            f"{after.modules[module].file.path}: could not be imported any more: {loaded.last_words}",
            hint="nothing was changed; adopt its functions one by one",
            code=codes.NOT_ADOPTED,
        )
    return after
