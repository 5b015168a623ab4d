"""What a spec's decorator names in `deps`, as references."""

from collections.abc import Iterable

from jaunt import codes
from jaunt.errors import JauntDiscoveryError
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, normalize_spec_ref, spec_ref_from_object


def explicit_deps(entry: SpecEntry) -> list[SpecRef]:
    """Return the references in the decorator's `deps`, sorted; raises JauntDiscoveryError for others."""
    deps = entry.decorator_kwargs.get("deps")
    if deps is None:
        return []
    refs = []
    for dep in [deps] if isinstance(deps, str) or not isinstance(deps, Iterable) else deps:
        try:
            refs.append(normalize_spec_ref(dep) if isinstance(dep, str) else spec_ref_from_object(dep))
        except ValueError as error:
            raise JauntDiscoveryError(
                f"{entry.source_file}: {entry.qualname}: deps: {error}",
                hint="give specs, or strings such as 'pkg.mod:name'",
                code=codes.NO_SUCH_SPEC,
            ) from error
    return sorted(set(refs))
