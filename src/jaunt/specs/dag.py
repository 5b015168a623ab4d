"""Orders on graphs: dependencies first, critical paths, closures, components. Nothing here knows of specs."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from jaunt.errors import JauntDependencyCycleError

Node = TypeVar("Node", bound=Hashable)


def toposort(graph: Mapping[Node, Collection[Node]]) -> list[Node]:
    """Return the nodes, dependencies first, in an order that depends on the graph alone.

    Raises JauntDependencyCycleError that names the cycle's path.
    """
    try:
        return list(_sorter(graph).static_order())
    except CycleError as error:
        raise cycle_error(error.args[1][::-1]) from error


def find_cycle(graph: Mapping[Node, Collection[Node]]) -> list[Node]:
    """Return a path of nodes, each of which depends on the next one, and the last is the first; [] if there is none."""
    try:
        _sorter(graph).prepare()
    except CycleError as error:
        return error.args[1][::-1]
    return []


def cycle_error(path: Iterable[object], edges: str = "", hint: str = "") -> JauntDependencyCycleError:
    """Return the error for a cycle along a path; `edges` tells what made them."""
    return JauntDependencyCycleError(
        f"dependency cycle: {' -> '.join(map(str, path))}{f': {edges}' if edges else ''}",
        hint=hint or "remove one of these deps= edges, or set infer_deps=False on one side",
    )


def _sorter(graph: Mapping[Node, Collection[Node]]) -> "TopologicalSorter[Node]":
    # Sorted input makes the order the same whatever the hash seed or the order of discovery.
    return TopologicalSorter({node: sorted(graph[node], key=str) for node in sorted(graph, key=str)})


def dependents_of(dag: Mapping[Node, Collection[Node]], changed: Iterable[Node]) -> set[Node]:
    """Return `changed` and everything that depends on it, directly or not."""
    users: dict[Node, list[Node]] = {}
    for node, deps in dag.items():
        for dep in deps:
            users.setdefault(dep, []).append(node)
    return _reach(users, changed)


def dependencies_of(dag: Mapping[Node, Collection[Node]], targets: Iterable[Node]) -> set[Node]:
    """Return `targets` and everything that they depend on, directly or not."""
    return _reach(dag, targets)


def components(graph: Mapping[Node, Collection[Node]]) -> list[list[Node]]:
    """Return the strongly connected components, dependencies first (Tarjan 1972, without recursion)."""
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    on_stack: dict[Node, bool] = {}
    stack: list[Node] = []
    found: list[list[Node]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack[root] = True
        while work:
            node, deps = work[-1]
            for dep in deps:
                if dep not in index:
                    index[dep] = low[dep] = len(index)
                    stack.append(dep)
                    on_stack[dep] = True
                    work.append((dep, iter(graph.get(dep, ()))))
                    break
                if on_stack[dep]:
                    low[node] = min(low[node], index[dep])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found.append([])
                    while on_stack[node]:
                        found[-1].append(stack.pop())
                        on_stack[found[-1][-1]] = False
    return found


def _reach(edges: Mapping[Node, Iterable[Node]], starts: Iterable[Node]) -> set[Node]:
    reached = set(starts)
    pending = list(reached)
    while pending:
        for node in edges.get(pending.pop(), ()):
            if node not in reached:
                reached.add(node)
                pending.append(node)
    return reached


def critical_path(deps: Mapping[str, Collection[str]], cost: Callable[[str], float] | None = None) -> dict[str, float]:
    """Return the length of the longest path that starts at each node and follows its dependents to the end.

    `deps` maps a node to the nodes it waits for, names that are no keys of it left out; `cost` gives a
    node's own length, 1 where it is None. The longer the path, the sooner the node should start. Nodes
    come dependencies first. Linear in nodes and edges. Raises graphlib.CycleError.
    """
    known = {node: sorted({dep for dep in on if dep in deps}) for node, on in deps.items()}
    longest = dict.fromkeys(TopologicalSorter(known).static_order(), 0.0)
    for node in reversed(longest):
        longest[node] += cost(node) if cost else 1.0
        for dep in known[node]:
            longest[dep] = max(longest[dep], longest[node])
    return longest
