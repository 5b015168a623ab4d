"""Pictures of a plan's module DAG, coloured by state: a text tree, mermaid, dot, a page of html."""

import textwrap
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jaunt.deps import dependencies_of
from jaunt.digest import extract_source_segment
from jaunt.errors import JauntDiscoveryError
from jaunt.plan.plan import Plan
from jaunt.report.progress import one_line, relative_paths

if TYPE_CHECKING:  # the page alone needs a layout
    from jaunt.commands.graph.layout import Point

DEFAULT_LIMIT = 200
"""The most modules that the text tree prints unless it is told otherwise."""

STATES = ("broken", "edited", "unbuilt", "stale", "fresh")
"""The order in which states are listed: what needs a person first; one that is not here comes last."""

_ANSI = {"broken": "31", "edited": "35", "unbuilt": "34", "stale": "33", "fresh": "32"}
_FILL = {
    "broken": "#ffd5d2",
    "edited": "#eedcf9",
    "unbuilt": "#d8e6fd",
    "stale": "#fde8c4",
    "fresh": "#d6f2de",
}
_STROKE = {
    "broken": "#c62828",
    "edited": "#8b3fb8",
    "unbuilt": "#2563c9",
    "stale": "#b45f06",
    "fresh": "#16803c",
}
_OTHER_FILL, _OTHER_STROKE, _INK = "#e8ebef", "#5a6472", "#1b1f26"
_SAY_ENOUGH = ("fresh", "unbuilt")  # these states need no reason beside them
_STATE_WIDTH = 9
_MERMAID_EDGES = 500


@dataclass(frozen=True)
class Node:
    """A module in a drawing; `needs` are the modules in the drawing that it depends on directly, sorted."""

    name: str
    kind: str
    state: str
    reason: str
    needs: tuple[str, ...]

    @property
    def order(self) -> tuple[bool, str, int, str]:
        """Sort key: what isn't fresh first, build before test, then the worst state, then by name."""
        return (self.state == "fresh", self.kind, _severity(self.state), self.name)


def make_nodes(plan: Plan) -> dict[str, Node]:
    """Return the modules of a plan by name, sorted."""
    names = sorted(plan.verdicts)
    return {
        name: Node(
            name=name,
            kind=plan.project.kind_of(name),
            state=plan.verdicts[name].state,
            reason=relative_paths(one_line(plan.verdicts[name].reason)),
            needs=tuple(sorted(set(plan.project.dag.get(name, ())) & plan.verdicts.keys())),
        )
        for name in names
    }


# --- text --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    """One line of the tree; `elsewhere`: what lies below the module is printed at another line of it."""

    node: Node
    branch: str
    first: bool
    elsewhere: bool


def draw_text(
    plan: Plan,
    *,
    width: int = 80,
    colour: bool = False,
    limit: int | None = DEFAULT_LIMIT,
    roots: Collection[str] = (),
    invert: bool = False,
    ascii_only: bool = False,
) -> str:
    """Return a tree in which what a module needs stands below it; with `invert`, what it affects.

    A line is a state, a module and the reason, cut at `width` columns. What lies below a module is printed
    once: `(*)` marks the other places. The tree has at most `limit` lines (None: all). `roots` are the
    modules to start from; by default those that no other needs (with `invert`: needs no other), tests last.
    """
    nodes = make_nodes(plan)
    if not nodes:
        return "no spec modules"
    below = _users(nodes) if invert else {name: node.needs for name, node in nodes.items()}
    starts = [nodes[name] for name in roots if name in nodes] or _roots(nodes, below)
    shown = dependencies_of(below, (node.name for node in starts))
    deepest = max(3, (width - _STATE_WIDTH - 24) // 3)
    lines, printed, marked = [], set(), False
    for line in _walk(starts, nodes, below, deepest, ascii_only):
        if limit is not None and len(lines) >= limit:
            break
        lines.append(_format(line, width, colour, ascii_only))
        printed.add(line.node.name)
        marked = marked or line.elsewhere
    if left := len(shown - printed):
        lines += [f"... and {left:,} more modules", "    (--format html draws them all)"]
    notes = [
        *(["(*) continued where it has no mark"] if marked else []),
        _count(nodes[name] for name in shown),
    ]
    return "\n".join([*lines, "", *(part for note in notes for part in textwrap.wrap(note, width))])


def _roots(nodes: Mapping[str, Node], below: Mapping[str, Collection[str]]) -> list[Node]:
    """Return where trees start: build modules below no other, then tests, then what is only in cycles."""
    under = {name for node in nodes.values() for name in below[node.name] if nodes[name].kind == node.kind}
    tops = sorted((node for node in nodes.values() if node.name not in under), key=lambda n: (n.kind, n.order))
    missed = nodes.keys() - dependencies_of(below, (node.name for node in tops))
    return [*tops, *sorted((nodes[name] for name in missed), key=lambda node: node.order)]


def _walk(
    starts: Iterable[Node],
    nodes: Mapping[str, Node],
    below: Mapping[str, Collection[str]],
    deepest: int,
    ascii_only: bool,
) -> Iterator[_Line]:
    """Yield the lines, top down; what lies too deep for the width gets a tree of its own further down."""
    tee, corner, bar = ("|- ", "`- ", "|  ") if ascii_only else ("├─ ", "└─ ", "│  ")
    expanded: set[str] = set()
    seen: set[str] = set()
    trees = list(starts)
    for root in trees:  # grows as it is walked
        if root.name in expanded:
            continue
        stack = [(root, "", "", 0)]
        while stack:
            node, branch, indent, depth = stack.pop()
            elsewhere = bool(below[node.name]) and (node.name in expanded or depth >= deepest)
            yield _Line(node, branch, node.name not in seen, elsewhere)
            seen.add(node.name)
            if elsewhere:
                if node.name not in expanded:
                    trees.append(node)
                continue
            expanded.add(node.name)
            children = sorted((nodes[name] for name in below[node.name]), key=lambda child: child.order)
            for index, child in enumerate(reversed(children)):
                last = index == 0
                stack.append((child, indent + (corner if last else tee), indent + ("   " if last else bar), depth + 1))


def _format(line: _Line, width: int, colour: bool, ascii_only: bool) -> str:
    node = line.node
    reason = "" if not line.first or node.state in _SAY_ENOUGH else f"  {node.reason}"
    text = f"{node.state:<{_STATE_WIDTH}}{line.branch}{node.name}{' (*)' if line.elsewhere else ''}{reason}"
    text = _cut(text, width, ascii_only)
    if not colour:
        return text
    return f"\x1b[{_ANSI.get(node.state, '0')}m{text[:_STATE_WIDTH]}\x1b[0m{text[_STATE_WIDTH:]}"


def _cut(text: str, width: int, ascii_only: bool) -> str:
    if len(text) <= width:
        return text
    end = "..." if ascii_only else "…"
    return text[: max(0, width - len(end))].rstrip() + end


def _count(nodes: Iterable[Node]) -> str:
    counts = Counter(node.state for node in nodes)
    parts = [f"{counts[state]:,} {state}" for state in sorted(counts, key=_severity)]
    total = counts.total()
    return f"{total:,} module{'' if total == 1 else 's'}: {', '.join(parts)}"


def _users(nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {name: [] for name in nodes}
    for node in nodes.values():
        for dep in node.needs:
            users[dep].append(node.name)
    return users


# --- mermaid and dot ---------------------------------------------------------------------------------


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
        fill, stroke = _FILL.get(state, _OTHER_FILL), _STROKE.get(state, _OTHER_STROKE)
        lines.append(f"  classDef {state} fill:{fill},stroke:{stroke},color:{_INK}")
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
        style = ', style="rounded,filled,dashed"' if node.kind == "test" else ""
        fill, stroke = _FILL.get(node.state, _OTHER_FILL), _STROKE.get(node.state, _OTHER_STROKE)
        label = node.name if node.state == "fresh" else f"{node.name}\n{node.state}"
        lines.append(
            f"  {_dot_text(node.name)} [label={_dot_text(label)}, "
            f'fillcolor="{fill}", color="{stroke}"{style}, tooltip={_dot_text(node.reason)}];'
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
    return state if state in _FILL else "other"


# --- html --------------------------------------------------------------------------------------------


def draw_html(plan: Plan) -> str:
    """Return a self-contained page: the DAG, to move and search, and each module's contract and reason."""
    from jaunt.commands.graph.layout import lay_out
    from jaunt.report.page import render_page

    nodes = make_nodes(plan)
    layout = lay_out({name: node.needs for name, node in nodes.items()}, {name: _box_width(name) for name in nodes})
    project = plan.project
    data = {
        "project": project.root.resolve().name,
        "states": sorted({node.state for node in nodes.values()}, key=_severity),
        "width": round(layout.width),
        "height": round(layout.height),
        "nodes": [
            {
                "name": node.name,
                "kind": node.kind,
                "state": node.state,
                "reasons": [] if node.state in _SAY_ENOUGH else node.reason.split("; "),
                "needs": node.needs,
                "file": _relative(project.modules[node.name].file.path, project.root),
                "generated": _relative(project.generated_path(node.name), project.root),
                "specs": _contracts(plan, node.name),
                "box": [round(value) for value in (box.x, box.y, box.width, box.height)],
            }
            for node, box in ((node, layout.boxes[node.name]) for node in nodes.values())
        ],
        "edges": [[*edge, _path(points)] for edge, points in layout.routes.items()],
    }
    return render_page("graph", title=f"{data['project']}: module graph", data=data).rstrip("\n")


def _contracts(plan: Plan, module: str) -> list[dict[str, str]]:
    """Return the name and the source of each of a module's specs, or why it can't be read."""
    contracts = []
    for entry in plan.project.modules[module].entries:
        try:
            contracts.append({"name": entry.qualname, "source": extract_source_segment(entry)})
        except JauntDiscoveryError as error:
            contracts.append({"name": entry.qualname, "source": f"# {relative_paths(one_line(str(error)))}"})
    return contracts


def _box_width(name: str) -> float:
    """Return the width of a module's box, in pixels: its package is printed small, its own name large."""
    package, _, own = name.rpartition(".")
    return min(max(8.3 * len(own), 6.4 * len(package), 56.0) + 44.0, 240.0)


def _path(points: "Sequence[Point]") -> str:
    """Return a smooth svg path: curves between layers, straight through those that an edge only passes."""
    (x, y), *rest = [(round(px), round(py)) for px, py in points]
    path = f"M{x} {y}"
    for index, (next_x, next_y) in enumerate(rest):
        middle = (x + next_x) // 2
        path += f"L{next_x} {next_y}" if index % 2 else f"C{middle} {y} {middle} {next_y} {next_x} {next_y}"
        x, y = next_x, next_y
    return path


def _relative(path: Path, root: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _severity(state: str) -> int:
    return STATES.index(state) if state in STATES else len(STATES)


FORMATS: Mapping[str, Callable[[Plan], str]] = {
    "text": draw_text,
    "mermaid": draw_mermaid,
    "dot": draw_dot,
    "html": draw_html,
}
"""Each format's function from a plan to its picture, without a line break at its end."""
