"""Which specs of a built module have moved, so that these alone are asked for, and the rest of its code can stay."""

from collections.abc import Collection, Iterable

from jaunt.errors import JauntGenerationError
from jaunt.header import parse_header, split_header
from jaunt.plan.freshness import judge
from jaunt.plan.module_work import ModuleWork
from jaunt.plan.reasons import Reason, ReasonKind
from jaunt.process.frozen import frozen
from jaunt.spec_ref import SpecRef, code_name, module_of, qualname_of
from jaunt.specs.dag import dependents_of

_OF_SPECS = {ReasonKind.SPEC_ADDED, ReasonKind.SPEC_CHANGED, ReasonKind.SPEC_REMOVED}
_OF_DEPENDENCIES = {ReasonKind.DEPENDENCY_ADDED, ReasonKind.DEPENDENCY_CHANGED, ReasonKind.DEPENDENCY_REMOVED}


@frozen
class MovedSpecs:
    """The names of a module's specs by what becomes of their code in `source`, which is there.

    `asked` are those whose contract is another one, or new, and those of the module that use them; `kept` the others;
    `removed` are no specs any more.
    """

    asked: tuple[str, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...]
    source: str


def moved_specs(work: ModuleWork, text: str) -> MovedSpecs | None:
    """Return which specs of a module have moved since its generated file, `text`, was written.

    None if its code is to be replaced as a whole: all of them have moved, its header doesn't say which, or a person
    edited it, or what is written by hand, and may be baked into any of it, has moved as well.
    """
    freshness = judge(text, work.fingerprint)
    if freshness.state not in ("stale", "judge") or not parse_header(text):
        return None
    changed = {reason.subject for reason in freshness.reasons if reason.kind in _OF_SPECS}
    others = (reason for reason in freshness.reasons if reason.kind not in _OF_SPECS | _OF_DEPENDENCIES)
    if not all(_is_of_methods(reason, changed) for reason in others):
        return None
    removed = {_name(reason) for reason in freshness.reasons if reason.kind is ReasonKind.SPEC_REMOVED}
    moved = {_name(reason) for reason in freshness.reasons if reason.kind in _OF_SPECS} - removed
    by_dependency = {reason.subject for reason in freshness.reasons if reason.kind in _OF_DEPENDENCIES}
    moved |= {name for name in work.names if by_dependency & {*work.uses.get(name, ())}}
    own = {
        name: [code_name(qualname_of(ref)) for ref in refs if module_of(ref) == work.module]
        for name, refs in _uses(work)
    }
    asked = dependents_of(own, moved) & {*work.names}
    kept = tuple(name for name in work.names if name not in asked)
    if not kept or not (asked or removed):
        return None
    in_order = tuple(name for name in work.names if name in asked)
    return MovedSpecs(in_order, kept, tuple(sorted(removed)), split_header(text)[1])


def chosen_specs(work: ModuleWork, text: str, chosen: Collection[str]) -> MovedSpecs | None:
    """Return what to ask for where some specs of a module were chosen by name: these, and those that have moved.

    None if the code in its generated file, `text`, is to be replaced as a whole, as there is no other. Raises
    JauntGenerationError if a person edited it: what stays would pass for generated code.
    """
    freshness = judge(text, work.fingerprint)
    if freshness.state == "edited":
        raise JauntGenerationError(
            f"{work.path} was edited by hand, so that {', '.join(sorted(chosen))} alone can't be asked for",
            hint=f"jaunt accept {work.module} keeps the edits; --force --target {work.module} overwrites them all",
        )
    moved = moved_specs(work, text) if freshness.reasons else None
    if not parse_header(text) or (freshness.reasons and moved is None) or freshness.state == "conflict":
        return None
    asked = {*chosen, *(moved.asked if moved else ())}
    kept = tuple(name for name in work.names if name not in asked)
    in_order = tuple(name for name in work.names if name in asked)
    return MovedSpecs(in_order, kept, moved.removed if moved else (), split_header(text)[1]) if kept else None


def _is_of_methods(reason: Reason, changed: Collection[str]) -> bool:
    """Whether a class is another one by its methods alone that are specs now, or none any more: `changed` has these."""
    if reason.kind is not ReasonKind.HANDWRITTEN_CHANGED or not reason.parts:
        return False
    return all(f"{reason.subject}.{part.name.removeprefix('method ')}" in changed for part in reason.parts)


def _name(reason: Reason) -> str:
    return code_name(qualname_of(SpecRef(reason.subject)))


def _uses(work: ModuleWork) -> Iterable[tuple[str, Iterable[SpecRef]]]:
    return ((name, work.uses.get(name, ())) for name in work.names)
