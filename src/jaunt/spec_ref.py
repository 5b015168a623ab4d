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
    if not all(part.isidentifier() for name in (module, qualname) for part in name.split(".")):
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


def code_name(qualname: str) -> str:
    """Return the name that generated code has for a spec: "Cart.total" -> "Cart__total", "slugify" as it is."""
    return qualname.replace(".", "__")
