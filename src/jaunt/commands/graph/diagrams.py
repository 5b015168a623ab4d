"""The graph for Mermaid and for Graphviz."""

from jaunt.commands.graph.nodes import make_nodes
from jaunt.plan.plan import Plan
from jaunt.report.states import STATES, style_of

_INK = "#1b1f26"

_MERMAID_EDGES = 500


def draw_mermaid(plan: Plan) -> str:
    """Return a mermaid flowchart; arrows go from a module to what it needs, tests have round ends."""
    nodes = make_nodes(plan)
    ids = {name: f"n{index}" for index, name in enumerate(nodes)}
    edges = [f"  {ids[node.name]} --> {ids[dep]}" for node in nodes.values() for dep in node.needs]
    lines = ["flowchart LR"]
    if len(edges) > _MERMAID_EDGES:
        lines.append(f"  %% {len(edges)} arrows: viewers draw {_MERMAID_EDGES} unless their maxEdges is raised")
    for node in nodes.values():
        label = _mermaid_text(node.name) + ("" if node.state == "fresh" else f"<br>{_mermaid_text(node.state)}")
        left, right = ("([", "])") if node.kind == "test" else ("[", "]")
        lines.append(f'  {ids[node.name]}{left}"{label}"{right}:::{_class(node.state)}')
    lines += edges
    for state in sorted({_class(node.state) for node in nodes.values()}):
        style = style_of(state)
        lines.append(f"  classDef {state} fill:{style.fill},stroke:{style.light},color:{_INK}")
    return "\n".join(lines)


def draw_dot(plan: Plan) -> str:
    """Return a graph for Graphviz; arrows go from a module to what it needs, tests have a dashed outline."""
    nodes = make_nodes(plan)
    lines = [
        "digraph jaunt {",
        "  rankdir=LR;",
        f'  node [shape=box, style="rounded,filled", fontname="Helvetica", fontcolor="{_INK}"];',
        '  edge [color="#8a94a3", arrowsize=0.7];',
    ]
    for node in nodes.values():
        dashed = ', style="rounded,filled,dashed"' if node.kind == "test" else ""
        style = style_of(node.state)
        label = node.name if node.state == "fresh" else f"{node.name}\n{node.state}"
        lines.append(
            f"  {_dot_text(node.name)} [label={_dot_text(label)}, "
            f'fillcolor="{style.fill}", color="{style.light}"{dashed}, tooltip={_dot_text(node.reason)}];'
        )
    lines += [f"  {_dot_text(node.name)} -> {_dot_text(dep)};" for node in nodes.values() for dep in node.needs]
    return "\n".join([*lines, "}"])


def _mermaid_text(text: str) -> str:
    """Return a text as it may stand between quotes: all but letters, digits and a few signs as entities."""
    return "".join(c if c.isalnum() or c in " ._-:" else f"#{ord(c)};" for c in text)


def _dot_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _class(state: str) -> str:
    return state if state in STATES else "other"
