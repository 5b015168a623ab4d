import pytest

from jaunt.registry import (
    SpecEntry,
    clear_registries,
    get_magic_registry,
    get_specs_by_module,
    get_test_registry,
    group_by_module,
    register_magic,
    register_test,
)
from jaunt.spec_ref import SpecRef

pytestmark = pytest.mark.usefixtures("empty_registries")


def entry(ref: str, *, obj: object = None) -> SpecEntry:
    module, _, qualname = ref.partition(":")
    return SpecEntry("magic", SpecRef(ref), module, qualname, f"{module}.py", obj, {})


def test_each_kind_has_a_registry_of_its_own() -> None:
    magic, test = entry("m:f"), entry("m:test_f")
    register_magic(magic)
    register_test(test)
    assert get_magic_registry() == {"m:f": magic}
    assert get_test_registry() == {"m:test_f": test}


def test_a_repeated_registration_replaces() -> None:
    register_magic(entry("m:f", obj="old"))
    register_magic(entry("m:f", obj="new"))
    assert [e.obj for e in get_magic_registry().values()] == ["new"]


def test_a_registry_is_handed_out_as_a_copy() -> None:
    register_magic(entry("m:f"))
    get_magic_registry().clear()
    assert list(get_magic_registry()) == ["m:f"]


def test_clearing_forgets_both_kinds() -> None:
    register_magic(entry("m:f"))
    register_test(entry("m:f"))
    clear_registries()
    assert get_magic_registry() == {}
    assert get_test_registry() == {}


def test_specs_are_grouped_by_module_and_sorted() -> None:
    for ref in ["b:z", "a:y", "b:A", "a:x"]:
        register_magic(entry(ref))
    grouped = get_specs_by_module("magic")
    assert list(grouped) == ["a", "b"]
    assert [[e.qualname for e in entries] for entries in grouped.values()] == [["x", "y"], ["A", "z"]]
    assert get_specs_by_module("test") == {}


def test_entries_of_the_same_qualname_are_sorted_by_reference() -> None:
    first, second = entry("m:f")._replace(spec_ref=SpecRef("a:f")), entry("m:f")
    assert group_by_module([second, first]) == {"m": [first, second]}


def test_an_entry_takes_keywords_and_cannot_be_changed() -> None:
    made = SpecEntry(
        kind="test",
        spec_ref=SpecRef("m:f"),
        module="m",
        qualname="f",
        source_file="m.py",
        obj=None,
        decorator_kwargs={},
    )
    assert (made.kind, made.obj, made.decorator_kwargs) == ("test", None, {})
    with pytest.raises(AttributeError):
        made.module = "other"  # ty: ignore[invalid-assignment]
