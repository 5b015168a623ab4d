"""Pictures of a plan's module DAG, coloured by state: a text tree, mermaid, dot, a page of html."""

from jaunt.header import Kind
from jaunt.plan.plan import Plan
from jaunt.process.frozen import frozen
from jaunt.report.console import one_line, relative_paths
from jaunt.report.states import severity
from jaunt.report.wording import reason_texts


@frozen
class Node:
    """A module in a drawing; `needs` are the modules in the drawing that it depends on directly, sorted."""

    name: str
    kind: Kind
    state: str
    reasons: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def reason(self) -> str:
        """The reasons in one line; of a fresh module, its state."""
        return "; ".join(self.reasons) or self.state

    @property
    def order(self) -> tuple[bool, str, int, str]:
        """Sort key: what isn't fresh first, build before test, then the worst state, then by name."""
        return (self.state == "fresh", self.kind, severity(self.state), self.name)


def make_nodes(plan: Plan) -> dict[str, Node]:
    """Return the modules of a plan by name, sorted."""
    names = sorted(plan.freshness)
    return {
        name: Node(
            name=name,
            kind=plan.project.kind_of(name),
            state=plan.freshness[name].state,
            reasons=tuple(relative_paths(one_line(t)) for t in reason_texts(plan.freshness[name].reasons)),
            needs=tuple(sorted(set(plan.project.dag.get(name, ())) & plan.freshness.keys())),
        )
        for name in names
    }
