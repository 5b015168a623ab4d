"""Which modules an error is about that was raised since they are not built; for the child processes of jaunt."""

from jaunt.errors import JauntNotBuiltError
from jaunt.spec_ref import SpecRef, module_of


def unbuilt_behind(error: BaseException) -> list[str]:
    """Return the modules whose code an error, or one that it was raised from or while handling, has missed."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        each = pending.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, JauntNotBuiltError) and each.spec_ref:
            found[module_of(SpecRef(each.spec_ref))] = None
        pending += [each.__cause__, each.__context__]
    return list(found)
