"""The text that takes the place of a spec module's, once its code is fresh."""

import ast
from collections.abc import Collection, Iterable, Iterator

from jaunt import codes
from jaunt.commands.eject.compose import eject_source
from jaunt.errors import JauntDiscoveryError, JauntRefusedError
from jaunt.files.listing import find_files
from jaunt.files.plain import read_plain
from jaunt.header import split_header
from jaunt.plan.plan import Plan
from jaunt.project.project import Project
from jaunt.report.wording import all_reasons, build_command
from jaunt.spec_ref import code_name, import_name
from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.source import ModuleSource, parse_source, read_source
from jaunt.validation import validate_generated_source


def refuse_unless_fresh(plan: Plan, module: str, *, force: bool) -> None:
    """Raise JauntRefusedError unless a module's code is there and fresh; with `force`, it has to be there."""
    freshness = plan.freshness[module]
    command = build_command(plan.project.kind_of(module))
    if freshness.state in ("unbuilt", "broken"):
        raise JauntRefusedError(
            f"{module}: {all_reasons(freshness)}: there is no code to eject",
            hint=f"run: {command}",
            code=codes.NOT_EJECTED,
        )
    if freshness.reasons and not force:
        if freshness.state == "edited" and not freshness.stale:
            command = f"jaunt accept {module}"
        hint = f"run: {command}; --force ejects it as it is"
        raise JauntRefusedError(f"{module} is not fresh: {all_reasons(freshness)}", hint=hint, code=codes.NOT_EJECTED)


def ejected_text(project: Project, module: str, used: Iterable[str] | None = None) -> str:
    """Return the text that takes the place of the spec module's; raises JauntRefusedError.

    `used` are the dotted paths that the project's files use, found anew if they are not given: see `used_paths`.
    """
    spec_module, path = project.modules[module], project.generated_path(module)
    spec = read_source(module, str(spec_module.file.path), project.handed)
    try:
        spec_module.file.path.read_text(encoding="utf-8")
        code = split_header(path.read_text(encoding="utf-8"))[1]
    except (OSError, UnicodeDecodeError) as error:
        raise JauntRefusedError(
            f"{module}: cannot be read as UTF-8: {error}", hint="save its files as UTF-8", code=codes.NOT_EJECTED
        ) from error
    names = [code_name(entry.qualname) for entry in spec_module.entries]
    errors = validate_generated_source(code, names)
    if errors:
        command = build_command(project.kind_of(module))
        raise JauntRefusedError(
            f"{path}: {'; '.join(errors)}", hint=f"run: {command} --force --target {module}", code=codes.NOT_EJECTED
        )
    generated_module = project.generated_module(module)
    generated = parse_source(generated_module, str(path), code.encode())
    paths = used_paths(project, [module]) if used is None else used
    own = f"{import_name(module)}."
    shared = {path.removeprefix(own).partition(".")[0] for path in paths if path.startswith(own)}
    text = eject_source(spec, generated, names, shared=shared)
    errors = parse_candidate(text, filename=str(spec_module.file.path))[1]
    if errors:
        raise JauntRefusedError("; ".join(errors), hint="eject it by hand", code=codes.NOT_EJECTED)
    return text


def used_paths(project: Project, modules: Collection[str]) -> Iterator[str]:
    """Yield the dotted paths that files use of others than themselves, of files that may use one of some modules."""
    files = [(f.name, f.path) for f in find_files(project.roots, generated_dir=project.generated_dir)]
    files += [(project.generated_module(m), project.generated_path(m)) for m in project.modules]
    tails = {import_name(module).rpartition(".")[2].encode() for module in modules}
    for name, path in files:
        try:
            data = read_plain(path)
            source = parse_source(name, str(path), data) if any(tail in data for tail in tails) else None
        except (OSError, JauntDiscoveryError):
            continue
        yield from (used for used in _paths(source) if not used.startswith(f"{name}.")) if source else ()


def _paths(source: ModuleSource) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{source.absolute(node)}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield source.dotted(node) or ""
