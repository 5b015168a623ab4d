"""What is to be adopted: a person's file in a source root, and the generated code that is beside it already."""

import codecs
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from jaunt import codes
from jaunt.config.declared import Distributions
from jaunt.errors import JauntConfigError, JauntRefusedError
from jaunt.files.listing import ModuleFile, find_files
from jaunt.files.plain import read_plain
from jaunt.header import parse_header, split_header
from jaunt.plan.plan import make_plan
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.report.wording import all_reasons, build_command
from jaunt.syntax.edits import Edits
from jaunt.syntax.source import ModuleSource, parse_source
from jaunt.syntax.splicing.splice import splice
from jaunt.text.nearest import nearest


@frozen
class Person:
    """A file that a person wrote, its content and its source."""

    file: ModuleFile
    data: bytes
    source: ModuleSource

    def encoded(self, text: str) -> bytes:
        """Return a text as the file has it: its line ends, and its mark at the top."""
        ends = text.replace("\n", "\r\n") if b"\r\n" in self.data else text
        mark = codecs.BOM_UTF8 if self.data.startswith(codecs.BOM_UTF8) else b""
        return mark + ends.encode()


def find_target(project: Project, target: str) -> tuple[Person, list[str]]:
    """Return the file that MODULE[:NAME] names, and the name, if there is one.

    Raises JauntConfigError if it names none, JauntRefusedError for a file whose code can't be moved.
    """
    name, _, symbol = target.partition(":")
    files = list(find_files(project.roots, exclude=project.config.paths.exclude, generated_dir=project.generated_dir))
    paths = {Path(name).resolve(), (project.root / name).resolve()}
    found = [each for each in files if name in (each.name, _full_name(project, each)) or each.path.resolve() in paths]
    if not found:
        hint = _meant(name, [file.name for file in files])
        raise JauntConfigError(f"unknown module {name!r}", hint=hint, code=codes.UNKNOWN_TARGET)
    file, *others = [each for each in found if each.kind == "magic"] or found[:1]
    if others:
        told = " or ".join(_full_name(project, each) for each in (file, *others))
        raise JauntConfigError(
            f"{name!r} names {len(others) + 1} modules", hint=f"choose {told}", code=codes.UNKNOWN_TARGET
        )
    if file.kind == "test":
        raise JauntRefusedError(
            f"{file.path}: it is in a test root; only code is adopted",
            hint="leave tests as they are: they go on passing",
            code=codes.NOT_ADOPTED,
        )
    module = module_at(project, file.path)
    if module in project.problems:
        raise project.problems[module]
    data = read_plain(file.path)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JauntRefusedError(
            f"{file.path}: cannot be read as UTF-8: {error}", hint="save it as UTF-8", code=codes.NOT_ADOPTED
        ) from error
    return Person(file, data, parse_source(file.name, str(file.path), data, project.handed)), [symbol] if symbol else []


def distributions_of(project: Project) -> Distributions:
    """Return the distributions that a project's modules belong to."""
    return Distributions(project.root, tuple(project.bases()), ())


def _full_name(project: Project, file: ModuleFile) -> str:
    """Return the name that tells a module from one of another distribution, whether there is one or not."""
    tag = distributions_of(project).tag_of(file.base)
    return f"{file.name}@{tag}" if tag else file.name


def module_at(project: Project, path: Path) -> str:
    """Return the name in the project of the spec module whose file that is, "" if it is none."""
    return next((name for name, module in project.modules.items() if module.path == str(path)), "")


def _meant(name: str, modules: Collection[str]) -> str:
    """Return what may be meant by a name that is no module's: one of its symbols after a dot, or another module."""
    inside = max((each for each in modules if name.startswith(f"{each}.")), key=len, default="")
    near = nearest(name, modules)
    if inside and (not near or near.count(".") < name.count(".")):
        near = f"{inside}:{name.removeprefix(f'{inside}.')}"
    return f"did you mean {near!r}?" if near else "name a module below paths.source_roots, or its file"


def generated_code(project: Project, file: ModuleFile) -> tuple[Mapping[str, Any], str]:
    """Return the header and the code of a module that has specs already; none, and "", of one that has none.

    Raises JauntRefusedError unless that code is fresh.
    """
    module = module_at(project, file.path)
    if not module:
        return {}, ""
    freshness = make_plan(project, [module]).freshness[module]
    if freshness.state not in ("fresh", "accepted"):
        raise JauntRefusedError(
            f"{module} has specs, and is not fresh: {all_reasons(freshness)}",
            hint=f"run: {build_command('build')}",
            code=codes.NOT_ADOPTED,
        )
    text = read_plain(project.generated_path(module)).decode()
    return parse_header(text) or {}, split_header(text)[1]


def merged(standing: str, code: str, module: str, names: Collection[str], *, kept: Collection[str]) -> str:
    """Return generated code with the code that is moved into it; raises JauntRefusedError if that can't be done.

    What the standing code imports of `names` from the spec module it finds beside it from now on.
    """
    source = parse_source(f"{module}.generated", "generated code", standing.encode())
    edits = Edits(standing)
    for statement in source.tree.body:
        aliases = getattr(statement, "names", [])
        stay = [alias for alias in aliases if alias.name not in names]
        if getattr(statement, "module", None) == module and len(stay) < len(aliases):
            text = f"from {module} import {', '.join(alias.name for alias in stay)}"
            edits.replace_statement(statement, [text] if stay else [])
    spliced = splice(edits.applied(), code, asked=names, kept=kept)
    if spliced.errors:
        raise JauntRefusedError(
            f"{module}: its generated code can't take it: {'; '.join(spliced.errors)}",
            hint="nothing was changed",
            code=codes.NOT_ADOPTED,
        )
    return spliced.text
