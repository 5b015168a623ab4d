"""What the model is told of one module."""

from pathlib import Path

from jaunt.generate.base import ModuleSpecContext
from jaunt.header import split_header
from jaunt.plan.module_work import ModuleWork


def make_context(work: ModuleWork, *, replaced: str | None = None) -> ModuleSpecContext:
    """Return what the model is told about a module; its dependencies have to be built first, as their code is read.

    `replaced` is the text of the module's generated file, if it is known already.
    """
    world = work.find_world()
    used = [*work.dependencies.values(), *world.specs.values()]
    prompts = {e.spec_ref: str(e.decorator_kwargs.get("prompt") or "") for e in work.entries}
    return ModuleSpecContext(
        kind=work.fingerprint.kind,
        spec_module=work.module,
        generated_module=work.generated_module,
        expected_names=[e.qualname for e in work.entries],
        spec_sources={**work.texts.segments(work.entries)},
        decorator_prompts={ref: text for ref, text in prompts.items() if text},
        dependency_apis={**work.texts.segments(used), **work.dependency_apis},
        dependency_generated_modules={
            module: text for module, path in work.dependency_paths.items() if (text := _body(path))
        },
        plain_sources={
            **work.texts.plain_segments(used),
            **work.texts.own_segments(work.entries),
        },
        outer_decorators={**work.texts.outer_decorators(work.entries)},
        handwritten_source=work.texts.handwritten(work.entries[0]) if work.entries else "",
        world=world.shown,
        left_out=world.left_out,
        importable=world.modules,
        module_digest=work.fingerprint.digest,
        earlier_digest=work.fingerprint.earlier_digest,
        previous_source=_body(work.path) if replaced is None else split_header(replaced)[1],
    )


def _body(path: Path) -> str:
    try:
        return split_header(path.read_text(encoding="utf-8"))[1]
    except (OSError, UnicodeDecodeError):
        return ""  # not built, or unreadable: then there is nothing to show
