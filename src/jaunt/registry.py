"""What the decorators register: one `SpecEntry` a spec, in one registry a kind."""

from collections import namedtuple

from jaunt.spec_ref import SpecRef

TYPE_CHECKING = False  # see spec_ref.py: importing `typing` or `dataclasses` here would cost every user's start-up
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Literal, NamedTuple

    from jaunt.header import Kind

    SpecKind = Literal["magic", "test"]

    class SpecEntry(NamedTuple):
        """One spec: what it is, where it stands, and what its decorator was given."""

        kind: SpecKind
        spec_ref: SpecRef
        module: str
        qualname: str
        source_file: str
        obj: object
        decorator_kwargs: dict[str, Any]
else:
    SpecKind = str

    class SpecEntry(
        namedtuple("SpecEntry", "kind spec_ref module qualname source_file obj decorator_kwargs", defaults=(None, {}))
    ):
        """One spec: what it is, where it stands, and what its decorator was given.

        `kind` is "magic" or "test"; `obj` is the undecorated function or class (None for a spec that was
        read from its source and never imported); `decorator_kwargs` holds `deps`, `prompt`, `infer_deps`
        where they were given.
        """

        __slots__ = ()


KIND_OF: "dict[SpecKind, Kind]" = {"magic": "build", "test": "test"}
"""What a kind of spec is called in headers, jobs and all that comes after the specs were read."""

_registries: "dict[str, dict[SpecRef, SpecEntry]]" = {"magic": {}, "test": {}}


_watchers: "list[Callable[[SpecEntry], None]]" = []


def watch(call: "Callable[[SpecEntry], None]") -> None:
    """Call `call` with each `@jaunt.magic` spec before it is registered; what it raises, the decorator raises."""
    _watchers.append(call)


def register_magic(entry: SpecEntry) -> None:
    """Register a spec of kind "magic"; an earlier one of the same reference is replaced."""
    for call in _watchers:
        call(entry)
    _registries["magic"][entry.spec_ref] = entry


def register_test(entry: SpecEntry) -> None:
    """Register a spec of kind "test"; an earlier one of the same reference is replaced."""
    _registries["test"][entry.spec_ref] = entry


def get_magic_registry() -> "dict[SpecRef, SpecEntry]":
    """Return a copy of the registry of `@jaunt.magic` specs."""
    return dict(_registries["magic"])


def get_test_registry() -> "dict[SpecRef, SpecEntry]":
    """Return a copy of the registry of `@jaunt.test` specs."""
    return dict(_registries["test"])


def clear_registries() -> None:
    """Forget every registered spec."""
    for registry in _registries.values():
        registry.clear()


def get_specs_by_module(kind: "SpecKind") -> "dict[str, list[SpecEntry]]":
    """Return the registered specs of a kind: module -> its entries, sorted by qualname, then reference."""
    return group_by_module(_registries[kind].values())


def group_by_module(entries: "Iterable[SpecEntry]") -> "dict[str, list[SpecEntry]]":
    """Group entries by module, modules sorted by name, entries by qualname, then reference."""
    grouped: dict[str, list[SpecEntry]] = {}
    for entry in sorted(entries, key=lambda e: (e.module, e.qualname, e.spec_ref)):
        grouped.setdefault(entry.module, []).append(entry)
    return grouped


def mark(obj: "Any", entry: SpecEntry) -> "Any":
    """Write on an object which spec it stands for, as `spec_ref_from_object` reads it, and return the object."""
    obj.__jaunt_spec_ref__, obj.__jaunt_kind__ = entry.spec_ref, entry.kind
    return obj
