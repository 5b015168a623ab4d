"""The identity of a spec: `"pkg.mod:qualname"`."""

# Type checkers take this name as true. The real one is in `typing`, which takes 6 ms (and `dataclasses` 10 ms), where
# all of `import jaunt` takes 7 ms: so each file that production code imports has this line.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NewType

    SpecRef = NewType("SpecRef", str)
else:
    SpecRef = str  # `typing` would be the largest part of what `import jaunt` costs


def normalize_spec_ref(s: str) -> SpecRef:
    """Return `s` as `"module:qualname"`.

    `"m:Q"` (`"m:Outer.Inner"` too) is taken as it is; in `"m.Q"` the last dot separates.
    Raises ValueError if the module or any part of the names is empty.
    """
    text = s.strip()
    module, colon, qualname = text.partition(":")
    if not colon:
        module, _, qualname = text.rpartition(".")
    if not all(part.isidentifier() for name in (import_name(module), qualname) for part in name.split(".")):
        raise ValueError(f"not a spec reference: {s!r} (expected 'pkg.mod:name' or 'pkg.mod.name')")
    return SpecRef(f"{module}:{qualname}")


def spec_ref_from_object(obj: object) -> SpecRef:
    """Return the reference of a function, a class or anything that a jaunt decorator returned.

    `obj.__jaunt_spec_ref__` comes first, else `obj.__module__` and `obj.__qualname__`.
    Raises ValueError for an object that has neither.
    """
    ref = getattr(obj, "__jaunt_spec_ref__", None)
    if isinstance(ref, str):
        return normalize_spec_ref(ref)
    module, qualname = getattr(obj, "__module__", None), getattr(obj, "__qualname__", None)
    if not module or not qualname:
        raise ValueError(f"not a spec, a function or a class: {obj!r}")
    return SpecRef(f"{module}:{qualname}")


def module_of(ref: str) -> str:
    """Return the module part of a spec reference."""
    return ref.partition(":")[0]


def qualname_of(ref: str) -> str:
    """Return the qualified name in a spec reference."""
    return ref.partition(":")[2]


def import_name(module: str) -> str:
    """Return the name that Python imports a module by.

    A module whose name another distribution of the project has too is told apart by its owner's folder, which follows
    the name: `tests.test_cart@packages-shop` is imported as `tests.test_cart`.
    """
    return module.partition("@")[0]


def plain_ref(ref: str) -> SpecRef:
    """Return a reference as Python, and a generated file's header, name the spec: without its owner."""
    return SpecRef(f"{import_name(ref)}:{qualname_of(ref)}") if "@" in ref else SpecRef(ref)


def import_path(ref: str) -> str:
    """Return the path by which code reaches what a reference names: `app.slug:slugify` -> `app.slug.slugify`."""
    return plain_ref(ref).replace(":", ".")


def code_name(qualname: str) -> str:
    """Return the name that generated code has for a spec: "Cart.total" -> "Cart__total", "slugify" as it is."""
    return qualname.replace(".", "__")
