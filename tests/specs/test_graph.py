"""Which specs a spec depends on: given, and as modules."""

import functools
from types import ModuleType
from typing import Any

import pytest
from libraries import MakeEntry, by_ref
from projects import ProjectFiles

from jaunt.deps import build_spec_graph
from jaunt.errors import JauntDiscoveryError
from jaunt.spec_ref import SpecRef
from jaunt.specs.explicit_deps import explicit_deps
from jaunt.specs.graph import collapse_to_module_dag

WORDS = "def split(text): ...\nclass Word: ...\n"


class Marked:
    def __init__(self, ref: str) -> None:
        self.__jaunt_spec_ref__ = ref


def split() -> None: ...


@pytest.mark.parametrize(
    "deps",
    [
        ["app.words:split"],
        ["app.words.split"],
        ("app.words:split",),
        {"app.words:split"},
        "app.words:split",
        Marked("app.words:split"),
        [Marked("app.words.split")],
        [Marked("app.words:split"), "app.words.split", " app.words:split "],
    ],
)
def test_a_dependency_may_be_given_in_any_form(
    deps: object, project_files: ProjectFiles, make_entry: MakeEntry
) -> None:
    project_files({"app/words.py": WORDS, "app/slug.py": "def slugify(text): ...\n"})
    specs = by_ref(make_entry("app.words:split"), make_entry("app.slug:slugify", deps=deps))
    assert build_spec_graph(specs, infer_default=False) == {
        "app.words:split": set(),
        "app.slug:slugify": {"app.words:split"},
    }


def test_a_plain_function_or_class_is_known_by_its_module_and_name(make_entry: MakeEntry) -> None:
    entry = make_entry("app.slug:slugify", deps=[split, Marked, functools.wraps(split)(lambda: None)])
    assert explicit_deps(entry) == [f"{__name__}:Marked", f"{__name__}:split"]


def test_a_class_that_can_be_iterated_is_one_dependency(make_entry: MakeEntry) -> None:
    class Tokens:
        __jaunt_spec_ref__ = "app.words:Tokens"

        def __iter__(self) -> Any: ...

    assert explicit_deps(make_entry("app.slug:slugify", deps=Tokens)) == ["app.words:Tokens"]


@pytest.mark.parametrize("deps", [None, [], (), set()])
def test_no_deps_are_none(deps: object, make_entry: MakeEntry) -> None:
    assert explicit_deps(make_entry("app.slug:slugify", deps=deps)) == []


@pytest.mark.parametrize("deps", [[3], 3, ["slugify"], "", ["app.words:"], [None], [ModuleType("app")]])
def test_what_is_no_reference_is_an_error_that_names_the_spec(deps: object, make_entry: MakeEntry) -> None:
    with pytest.raises(JauntDiscoveryError, match=r"slug\.py: slugify: deps: ") as caught:
        explicit_deps(make_entry("app.slug:slugify", deps=deps))
    assert caught.value.hint


def test_the_graph_collapses_to_modules() -> None:
    graph = {"a:f": {"a:g", "b:f"}, "a:g": {"c:f"}, "b:f": set(), "c:f": {"b:f"}}
    dag = collapse_to_module_dag({SpecRef(k): {SpecRef(d) for d in v} for k, v in graph.items()})
    assert dag == {"a": {"b", "c"}, "b": set(), "c": {"b"}}
    assert collapse_to_module_dag({}) == {}
