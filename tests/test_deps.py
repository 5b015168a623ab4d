"""The graph of specs: edges given and inferred, orders on it, cycles, reachability and components."""

import functools
import itertools
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from libraries import MakeEntry
from projects import ProjectFiles

from jaunt.deps import build_spec_graph
from jaunt.errors import JauntDependencyCycleError, JauntDiscoveryError
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef
from jaunt.specs.dag import components, dependencies_of, dependents_of, toposort
from jaunt.specs.folder_names import source_root
from jaunt.specs.graph import collapse_to_module_dag, explicit_deps

WORDS = "def split(text): ...\nclass Word: ...\n"


def by_ref(*entries: SpecEntry) -> dict[SpecRef, SpecEntry]:
    return {entry.spec_ref: entry for entry in entries}


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


@pytest.mark.parametrize(
    ("slug", "files"),
    [
        ("from app.words import split\ndef slugify(text):\n    return split(text)\n", {}),
        ("from app.words import split as s\ndef slugify(text):\n    return s(text)\n", {}),
        ("from .words import split\ndef slugify(text):\n    return split(text)\n", {}),
        ("from . import words\ndef slugify(text):\n    return words.split(text)\n", {}),
        ("import app.words\ndef slugify(text):\n    return app.words.split(text)\n", {}),
        ("import app.words as w\ndef slugify(text):\n    return w.split(text)\n", {}),
        ("def slugify(text):\n    from app.words import split\n    return split(text)\n", {}),
        ("def slugify(text):\n    'As `app.words.split` does.'\n", {}),
        (
            "from app import split\ndef slugify(x=split): ...\n",
            {"app/__init__.py": "from .words import split\n"},
        ),
        (
            "from app import cut\ndef slugify(x=cut): ...\n",
            {"app/__init__.py": "from .words import split as cut\n"},
        ),
        (
            "from app import split\ndef slugify(x=split): ...\n",
            {"app/__init__.py": "from app.words import *\n"},
        ),
        ("from app.words import *\ndef slugify(x=split): ...\n", {}),
        ("import app\ndef slugify(x=app.split): ...\n", {"app/__init__.py": "from app.words import split\n"}),
        (
            "import app as a\ndef slugify(x=a.w.split): ...\n",
            {"app/__init__.py": "from app import words as w\n"},
        ),
        (
            "from app.api import split\ndef slugify(x=split): ...\n",
            {"app/api.py": "from app.words import split\n"},
        ),
        ("from app.tally import split\ndef slugify(x=split): ...\n", {}),
        (
            "from app import split\ndef slugify(x=split): ...\n",
            {
                "app/__init__.py": "from app.sub import split\n",
                "app/sub/__init__.py": "from ..words import split\n",
            },
        ),
        ("if TYPE_CHECKING:\n    from app.words import split\ndef slugify(x: 'split'): ...\n", {}),
    ],
)
def test_a_dependency_is_inferred_through_every_import(
    slug: str, files: Mapping[str, str], project_files: ProjectFiles, make_entry: MakeEntry
) -> None:
    tally = "from app.words import split\ndef count(): ...\n"
    project_files({"app/words.py": WORDS, "app/tally.py": tally, "app/slug.py": slug, **files})
    specs = by_ref(make_entry("app.words:split"), make_entry("app.slug:slugify"), make_entry("app.tally:count"))
    graph = build_spec_graph(specs, infer_default=True)
    assert graph == {
        "app.words:split": set(),
        "app.slug:slugify": {"app.words:split"},
        "app.tally:count": set(),
    }
    assert not any(build_spec_graph(specs, infer_default=False).values())


def test_a_member_of_a_re_exported_class_means_the_class(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files(
        {
            "app/__init__.py": "from .words import Word\n",
            "app/words.py": WORDS,
            "app/slug.py": "import app\ndef slugify(text):\n    return app.Word.parse(text)\n",
        }
    )
    specs = by_ref(make_entry("app.words:Word"), make_entry("app.slug:slugify"))
    assert build_spec_graph(specs, infer_default=True)["app.slug:slugify"] == {"app.words:Word"}  # ty: ignore[invalid-argument-type]


def test_a_re_export_in_a_circle_or_in_a_broken_file_is_no_edge(
    project_files: ProjectFiles, make_entry: MakeEntry
) -> None:
    project_files(
        {
            "app/__init__.py": "from app.api import split\nfrom app.bad import cut\n",
            "app/api.py": "from app import split\n",
            "app/bad.py": "def (\n",
            "app/slug.py": "from app import split, cut\ndef slugify(x=split, y=cut): ...\n",
        }
    )
    specs = by_ref(make_entry("app.slug:slugify"))
    assert build_spec_graph(specs, infer_default=True) == {"app.slug:slugify": set()}


def test_a_decorator_decides_on_inference_for_itself(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    text = "def g(): ...\ndef f(x=g): ...\n"
    project_files({"m.py": text})
    for default, own, expected in [
        (True, False, False),
        (False, True, True),
        (True, None, True),
        (False, None, False),
    ]:
        specs = by_ref(make_entry("m:g"), make_entry("m:f", infer_deps=own))
        graph = build_spec_graph(specs, infer_default=default)
        assert graph == {"m:g": set(), "m:f": {"m:g"} if expected else set()}


def test_given_and_inferred_dependencies_add_up(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "def a(): ...\ndef b(): ...\ndef f(x=a): ...\n"})
    specs = by_ref(make_entry("m:a"), make_entry("m:b"), make_entry("m:f", deps=["m:b"]))
    assert build_spec_graph(specs, infer_default=True) == {"m:a": set(), "m:b": set(), "m:f": {"m:a", "m:b"}}


def test_a_spec_does_not_depend_on_itself(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "def f():\n    'f() is `f`.'\n    return f()\n"})
    specs = by_ref(make_entry("m:f", deps=["m:f"]))
    assert build_spec_graph(specs, infer_default=True) == {"m:f": set()}


def test_what_is_no_spec_is_no_edge(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "from os import path\nclass Helper: ...\ndef f(x: Helper, y=path.join): ...\n"})
    specs = by_ref(make_entry("m:f", deps=["other:thing", "m:Helper"]))
    assert build_spec_graph(specs, infer_default=True) == {"m:f": set()}


def test_specs_of_one_module_may_refer_to_each_other(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "def even(n):\n    return odd(n - 1)\ndef odd(n):\n    return even(n - 1)\n"})
    graph = build_spec_graph(by_ref(make_entry("m:even"), make_entry("m:odd")), infer_default=True)
    assert graph == {"m:even": {"m:odd"}, "m:odd": {"m:even"}}
    assert collapse_to_module_dag(graph) == {"m": set()}


def test_a_spec_that_its_file_does_not_define_is_an_error(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    project_files({"m.py": "def f(): ...\n"})
    with pytest.raises(JauntDiscoveryError, match=r"m\.py: does not define 'g'"):
        build_spec_graph(by_ref(make_entry("m:g")), infer_default=True)
    with pytest.raises(JauntDiscoveryError, match=r"gone\.py: cannot be read"):
        build_spec_graph(by_ref(make_entry("gone:g")), infer_default=True)


def test_a_source_file_may_be_a_path_object(project_files: ProjectFiles, make_entry: MakeEntry) -> None:
    root = project_files({"m.py": "def g(): ...\ndef f(x=g): ...\n"})
    path: Any = root / "m.py"
    paths = [e._replace(source_file=path) for e in (make_entry("m:f"), make_entry("m:g"))]
    assert build_spec_graph(by_ref(*paths), infer_default=True)[SpecRef("m:f")] == {"m:g"}
    assert source_root(paths[0]) == root


def test_the_source_root_is_where_the_modules_name_begins(make_entry: MakeEntry) -> None:
    entry = make_entry("a.b:f")
    assert source_root(entry._replace(source_file="/x/a/b.py")).as_posix() == "/x"
    assert source_root(entry._replace(source_file="/x/a/b/__init__.py")).as_posix() == "/x"


def test_the_graph_collapses_to_modules() -> None:
    graph = {"a:f": {"a:g", "b:f"}, "a:g": {"c:f"}, "b:f": set(), "c:f": {"b:f"}}
    dag = collapse_to_module_dag({SpecRef(k): {SpecRef(d) for d in v} for k, v in graph.items()})
    assert dag == {"a": {"b", "c"}, "b": set(), "c": {"b"}}
    assert collapse_to_module_dag({}) == {}


def test_dependencies_come_first_in_one_fixed_order() -> None:
    graph = {"d": {"b", "c"}, "c": {"a"}, "b": {"a"}, "a": set(), "e": set()}
    assert toposort(graph) == toposort(dict(reversed(graph.items())))
    assert toposort(graph).index("a") < toposort(graph).index("b") < toposort(graph).index("d")


@pytest.mark.parametrize(
    ("graph", "paths"),
    [
        ({"a": {"a"}}, ["a -> a"]),
        ({"a": {"b"}, "b": {"a"}}, ["a -> b -> a", "b -> a -> b"]),
        (
            {"x": {"a"}, "a": {"b"}, "b": {"c"}, "c": {"a"}},
            ["a -> b -> c -> a", "b -> c -> a -> b", "c -> a -> b -> c"],
        ),
    ],
)
def test_a_cycle_is_an_error_that_names_its_path(graph: dict[str, set[str]], paths: list[str]) -> None:
    with pytest.raises(JauntDependencyCycleError) as caught:
        toposort(graph)
    assert caught.value.message.removeprefix("dependency cycle: ") in paths
    assert caught.value.hint


def test_a_long_chain_needs_no_recursion() -> None:
    count = sys.getrecursionlimit() * 5
    chain = {i: {i - 1} if i else set() for i in reversed(range(count))}
    assert toposort(chain) == list(range(count))
    assert len(components(chain)) == count
    assert len(dependencies_of(chain, [count - 1])) == len(dependents_of(chain, [0])) == count


Graph = dict[int, set[int]]
graphs = st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 9), max_size=4), max_size=10)


def naive_reach(graph: Graph, start: int) -> set[int]:
    reached = {start}
    while new := {dep for node in reached for dep in graph.get(node, ())} - reached:
        reached |= new
    return reached


@given(graphs)
def test_reachability_is_that_of_following_every_edge(graph: Graph) -> None:
    nodes = {*graph, *(dep for deps in graph.values() for dep in deps)}
    for node in nodes:
        assert dependencies_of(graph, [node]) == naive_reach(graph, node)
        assert dependents_of(graph, [node]) == {n for n in nodes if node in naive_reach(graph, n)}


@given(graphs)
def test_components_are_the_nodes_that_reach_each_other_dependencies_first(graph: Graph) -> None:
    nodes = {*graph, *(dep for deps in graph.values() for dep in deps)}
    found = components(graph)
    assert sorted(node for members in found for node in members) == sorted(nodes)
    place = {node: i for i, members in enumerate(found) for node in members}
    for one in nodes:
        for other in naive_reach(graph, one):
            assert (place[one] == place[other]) == (one in naive_reach(graph, other))
            assert place[other] <= place[one]


@given(graphs)
def test_an_order_puts_each_node_after_its_dependencies_or_there_is_a_cycle(graph: Graph) -> None:
    try:
        order = toposort(graph)
    except JauntDependencyCycleError as error:
        path = [int(node) for node in error.message.removeprefix("dependency cycle: ").split(" -> ")]
        assert path[0] == path[-1]
        assert all(b in graph[a] for a, b in itertools.pairwise(path))
        return
    assert sorted(order) == sorted({*graph, *(dep for deps in graph.values() for dep in deps)})
    assert all(order.index(dep) < order.index(node) for node, deps in graph.items() for dep in deps)
    assert all(len(members) == 1 for members in components(graph))
