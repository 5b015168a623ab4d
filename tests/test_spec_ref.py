import functools

import pytest

import jaunt
from jaunt.spec_ref import module_of, normalize_spec_ref, qualname_of, spec_ref_from_object


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("m:Q", "m:Q"),
        ("a.b.c:f", "a.b.c:f"),
        ("m:Outer.Inner", "m:Outer.Inner"),
        ("m.Q", "m:Q"),
        ("a.b.c.f", "a.b.c:f"),
        ("  a.b:f\n", "a.b:f"),
        ("größe.maß:λ", "größe.maß:λ"),
    ],
)
def test_a_reference_is_normalised(given: str, normal: str) -> None:
    assert normalize_spec_ref(given) == normal
    assert normalize_spec_ref(normal) == normal


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        ":",
        "m",
        "m:",
        ":Q",
        ".Q",
        "m.",
        "a..b:f",
        "a.b:f.",
        "a.b:.f",
        "a:b:c",
        "a b:f",
        "a/b:f",
        "1a:f",
        "m:<lambda>",
    ],
)
def test_what_has_an_empty_or_impossible_part_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="not a spec reference"):
        normalize_spec_ref(given)


class Outer:
    class Inner: ...

    def method(self) -> None: ...


def function() -> None: ...


def test_functions_and_classes_are_known_by_module_and_qualname() -> None:
    assert spec_ref_from_object(function) == f"{__name__}:function"
    assert spec_ref_from_object(Outer) == f"{__name__}:Outer"
    assert spec_ref_from_object(Outer.Inner) == f"{__name__}:Outer.Inner"
    assert spec_ref_from_object(Outer.method) == f"{__name__}:Outer.method"


def test_the_reference_that_a_decorator_left_comes_first() -> None:
    @functools.wraps(function)
    def decorated() -> None: ...

    vars(decorated)["__jaunt_spec_ref__"] = "other.module.name"
    assert spec_ref_from_object(decorated) == "other.module:name"


def test_a_decorated_function_has_the_same_reference_as_its_stub() -> None:
    namespace = {"__name__": "specs", "jaunt": jaunt}
    exec("@jaunt.magic\ndef f(): ...\n", namespace)
    spec = namespace["f"]
    assert spec_ref_from_object(spec) == "specs:f"
    assert spec_ref_from_object(vars(spec)["__wrapped__"]) == "specs:f"


@pytest.mark.parametrize("obj", [None, 3, "a:b", Outer(), functools.partial(function)])
def test_other_objects_have_no_reference(obj: object) -> None:
    with pytest.raises(ValueError, match="not a spec, a function or a class"):
        spec_ref_from_object(obj)


def test_a_reference_comes_apart_at_its_colon() -> None:
    assert (module_of("a.b:C.d"), qualname_of("a.b:C.d")) == ("a.b", "C.d")
