"""Orders on a graph, cycles, reachability and components."""

import itertools
import sys
from graphlib import CycleError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaunt.errors import JauntDependencyCycleError
from jaunt.specs.dag import components, critical_path, dependencies_of, dependents_of, toposort


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


def test_critical_path_counts_the_node_itself_and_its_longest_line_of_dependents() -> None:
    deps = {"a": [], "b": ["a"], "c": ["b"], "d": ["a"], "e": []}
    assert critical_path(deps) == {"a": 3, "b": 2, "c": 1, "d": 1, "e": 1}
    assert critical_path(deps, {"a": 1, "b": 1, "c": 1, "d": 9, "e": 0.5}.__getitem__)["a"] == 10


def test_critical_path_of_a_chain_deeper_than_any_recursion_limit() -> None:
    deps = {str(i): [str(i - 1)] for i in range(20_000)}
    assert critical_path(deps)["0"] == 20_000


def test_critical_path_leaves_unknown_names_out_and_counts_a_repeated_one_once() -> None:
    assert critical_path({"a": ["x"], "b": ["a", "a", "y"]}) == {"a": 2, "b": 1}


def test_critical_path_lists_dependencies_first_even_without_costs() -> None:
    assert list(critical_path({"c": ["b"], "b": ["a"], "a": []}, lambda name: 0.0)) == ["a", "b", "c"]


def test_critical_path_of_a_cycle_raises() -> None:
    with pytest.raises(CycleError):
        critical_path({"a": ["b"], "b": ["a"]})
