"""The graph as a self-contained page."""

from collections.abc import Sequence
from pathlib import Path

from jaunt.commands.graph.layout import Point, lay_out
from jaunt.commands.graph.nodes import make_nodes
from jaunt.errors import JauntDiscoveryError
from jaunt.plan.plan import Plan
from jaunt.report.console import one_line, relative_paths
from jaunt.report.page import render_page
from jaunt.report.states import STATES, severity, style_of
from jaunt.specs.texts import extract_source_segment


def draw_html(plan: Plan) -> str:
    """Return a self-contained page: the DAG, to move and search, and each module's contract and reason."""
    nodes = make_nodes(plan)
    layout = lay_out({name: node.needs for name, node in nodes.items()}, {name: _box_width(name) for name in nodes})
    project = plan.project
    data = {
        "project": project.root.resolve().name,
        "states": sorted({node.state for node in nodes.values()}, key=severity),
        "styles": {state: {"sign": style.sign, "meaning": style.meaning} for state, style in STATES.items()},
        "width": round(layout.width),
        "height": round(layout.height),
        "nodes": [
            {
                "name": node.name,
                "kind": node.kind,
                "state": node.state,
                "reasons": [] if style_of(node.state).says_enough else node.reasons,
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
