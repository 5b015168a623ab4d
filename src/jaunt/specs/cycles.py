"""Modules that depend on each other in a circle: who they are, and the lines that made them so."""

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

from jaunt.errors import JauntDependencyCycleError, JauntDiscoveryError, JauntError
from jaunt.process.frozen import frozen
from jaunt.spec_ref import SpecRef, module_of, qualname_of
from jaunt.specs.dag import components, cycle_error, find_cycle
from jaunt.specs.edges import find_mention
from jaunt.syntax.source import ModuleSource

Graph = dict[SpecRef, set[SpecRef]]


@frozen
class Edge:
    """The line that made a module depend on another one: which spec names which, and what it does so by."""

    place: str
    user: str
    used: str
    by: str

    def __str__(self) -> str:
        return f"{self.place}: {self.user} names {self.used} in {self.by}"


@frozen
class EdgeFinder:
    """Finds the lines of edges: `read` returns a module's source, `find` the spec that a dotted path means in one."""

    read: Callable[[str], ModuleSource]
    find: Callable[[str, str], SpecRef | None]

    def error(self, path: list[str], graph: Graph) -> JauntDependencyCycleError:
        """Return the error for a cycle of modules, which names the line that made each of its edges."""
        found = [edge for user, used in pairwise(path) if (edge := self._edge(user, used, graph))]
        return cycle_error(path, "; ".join(map(str, found)), _hint({edge.by for edge in found}))

    def _edge(self, user: str, used: str, graph: Graph) -> Edge | None:
        pairs = ((ref, dep) for ref in graph if module_of(ref) == user for dep in graph[ref] if module_of(dep) == used)
        with suppress(JauntDiscoveryError):  # the file has changed meanwhile
            source = self.read(user)
            for ref, dep in sorted(pairs):
                mention = find_mention(source, qualname_of(ref), lambda path, dep=dep: self.find(user, path) == dep)
                if mention is not None:
                    return Edge(f"{source.path}:{mention.line}", qualname_of(ref), qualname_of(dep), mention.by)
        return None


def _hint(by: set[str]) -> str:
    ways = []
    if "deps=" in by:
        ways.append("remove one of these deps=")
    if "its docstring" in by:
        ways.append("name one of them without backticks or parentheses")
    return ", or ".join([*ways, "set infer_deps=False on one side"]) if by != {"deps="} else ways[0]


def without_cycles(
    dag: dict[str, set[str]], graph: Graph, edges: EdgeFinder
) -> tuple[dict[str, set[str]], Graph, dict[str, JauntError]]:
    """Return DAG and graph without the edges of cycles, so that the rest can be ordered, and who is in a cycle."""
    problems: dict[str, JauntError] = {}
    cycle_of: dict[str, set[str]] = {}
    for members in components(dag):
        if len(members) > 1:
            path = find_cycle({module: dag[module] & set(members) for module in members})
            error = edges.error(path, graph)
            problems.update(dict.fromkeys(members, error))
            cycle_of.update((member, set(members)) for member in members)
    if not cycle_of:
        return dag, graph, problems

    def is_cut(ref: SpecRef, dep: SpecRef) -> bool:
        return module_of(dep) != module_of(ref) and module_of(dep) in cycle_of.get(module_of(ref), ())

    rest = {ref: {dep for dep in deps if not is_cut(ref, dep)} for ref, deps in graph.items()}
    return {module: deps - cycle_of.get(module, set()) for module, deps in dag.items()}, rest, problems
