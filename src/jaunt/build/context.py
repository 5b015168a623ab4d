"""What the model is told of one module."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from jaunt.files.plain import read_plain
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.header import split_header
from jaunt.plan.module_work import ModuleWork
from jaunt.plan.moved_specs import MovedSpecs
from jaunt.project.world.installed import KNOWN_PACKAGES, installed_shapes
from jaunt.registry import SpecEntry
from jaunt.spec_ref import code_name, import_name, plain_ref, qualname_of
from jaunt.syntax.imported import with_absolute_imports
from jaunt.syntax.shapes import shape_of
from jaunt.syntax.splicing.splice import excerpt
from jaunt.testing.awaited import missing_mark

_MARK_IT = "An async test is run here by its mark alone, `@pytest.mark.{mark}`: write it above."


def make_context(work: ModuleWork, *, replaced: str | None = None) -> ModuleSpecContext:
    """Return what the model is told about a module; its dependencies have to be built first, as their code is read.

    `replaced` is the text of the module's generated file, if it is known already.
    """
    world = work.find_world()
    used = [*map(_as_imported, [*work.dependencies.values(), *world.specs.values()])]
    entries = [*map(_as_imported, work.entries)]
    prompts = {e.spec_ref: str(e.decorator_kwargs.get("prompt") or "") for e in entries}
    for entry in entries if work.fingerprint.kind == "test" else ():
        if mark := missing_mark(work, entry.qualname):
            said = prompts[entry.spec_ref]
            prompts[entry.spec_ref] = f"{said}\n\n{_MARK_IT.format(mark=mark)}".strip()
    return ModuleSpecContext(
        kind=work.fingerprint.kind,
        spec_module=work.module,
        generated_module=work.generated_module,
        expected_names=[*work.names],
        spec_sources={**work.texts.segments(entries)},
        decorator_prompts={ref: text for ref, text in prompts.items() if text},
        dependency_apis={**work.texts.segments(used), **work.dependency_apis},
        dependency_generated_modules={
            import_name(module): text for module, path in work.dependency_paths.items() if (text := _body(path))
        },
        plain_sources={
            **work.texts.plain_segments(used),
            **work.texts.own_segments(entries),
        },
        outer_decorators={**work.texts.outer_decorators(entries)},
        handwritten_source=_handwritten(work),
        world=world.shown,
        installed=_installed(work),
        left_out=world.left_out,
        importable=world.modules,
        module_digest=work.fingerprint.digest,
        earlier_digests=tuple(each.digest for each in work.fingerprint.earlier),
        instructions=work.find_instructions(),
        previous_source=_body(work.path) if replaced is None else split_header(replaced)[1],
    )


def _as_imported(entry: SpecEntry) -> SpecEntry:
    """Return a spec under the names that code knows it by."""
    return entry._replace(spec_ref=plain_ref(entry.spec_ref), module=import_name(entry.module))


def part_of_context(context: ModuleSpecContext, moved: MovedSpecs) -> ModuleSpecContext:
    """Return what the model is told where some specs of a module are asked for, and the others are only to be used."""
    asked = {ref for ref in context.spec_sources if code_name(qualname_of(ref)) in moved.asked}

    def of_asked(texts: Mapping[str, str]) -> dict[str, str]:
        return {ref: text for ref, text in texts.items() if ref in asked}

    plain = {ref: context.plain_sources.get(ref, text) for ref, text in context.spec_sources.items()}
    return replace(
        context,
        expected_names=list(moved.asked),
        spec_sources=of_asked(context.spec_sources),
        decorator_prompts=of_asked(context.decorator_prompts),
        outer_decorators=of_asked(context.outer_decorators),
        kept_sources={ref: text for ref, text in plain.items() if ref not in asked},
        previous_source=excerpt(moved.source, moved.asked, others={*moved.kept, *moved.removed}),
    )


def _installed(work: ModuleWork) -> dict[str, str]:
    """Return what the specs' signatures name of installed packages, by the import that gives it, in short."""
    packages = work.texts.packages(work.entries[0]) if work.entries else frozenset[str]()
    others = packages - KNOWN_PACKAGES - {work.module.partition(".")[0]}
    if all(_is_below(package, work.bases) for package in others):  # as in most modules
        return {}
    source = work.spec
    nodes = [source.definitions[code_name(name)] for name in work.names]
    shapes = [shape_of(source, [*source.overloads_of(node.name), node]) for node in nodes]
    paths = [path for shape in shapes for path in [*shape.same, *shape.types] if "." in path]
    return installed_shapes(path for path in paths if not _is_below(path.partition(".")[0], work.bases))


def _is_below(name: str, bases: Iterable[Path]) -> bool:
    return any((base / name).is_dir() or (base / f"{name}.py").is_file() for base in bases)


def _handwritten(work: ModuleWork) -> str:
    """Return the handwritten part of a spec module; relative imports would mean something else in generated code."""
    text = work.texts.handwritten(work.entries[0]) if work.entries else ""
    return with_absolute_imports(text, work.spec) if "from ." in text else text


def _body(path: Path) -> str:
    try:
        text = read_plain(path).decode()
    except (OSError, UnicodeDecodeError):
        return ""  # not built, or unreadable: then there is nothing to show
    return split_header(text.replace("\r\n", "\n").replace("\r", "\n"))[1]
