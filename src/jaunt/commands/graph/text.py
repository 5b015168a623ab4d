"""The graph as text, for a terminal."""

import textwrap
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from jaunt.commands.graph.nodes import Node, make_nodes
from jaunt.plan.plan import Plan
from jaunt.process.frozen import frozen
from jaunt.report.states import severity, style_of
from jaunt.report.terminal import coloured
from jaunt.specs.dag import dependencies_of

DEFAULT_LIMIT = 200
"""The most modules that the text tree prints unless it is told otherwise."""

_STATE_WIDTH = 9


@frozen
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
    reason = "" if not line.first or style_of(node.state).says_enough else f"  {node.reason}"
    text = f"{node.state:<{_STATE_WIDTH}}{line.branch}{node.name}{' (*)' if line.elsewhere else ''}{reason}"
    text = _cut(text, width, ascii_only)
    if not colour:
        return text
    return coloured(text[:_STATE_WIDTH], style_of(node.state).colour) + text[_STATE_WIDTH:]


def _cut(text: str, width: int, ascii_only: bool) -> str:
    if len(text) <= width:
        return text
    end = "..." if ascii_only else "…"
    return text[: max(0, width - len(end))].rstrip() + end


def _count(nodes: Iterable[Node]) -> str:
    counts = Counter(node.state for node in nodes)
    parts = [f"{counts[state]:,} {state}" for state in sorted(counts, key=severity)]
    total = counts.total()
    return f"{total:,} module{'' if total == 1 else 's'}: {', '.join(parts)}"


def _users(nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {name: [] for name in nodes}
    for node in nodes.values():
        for dep in node.needs:
            users[dep].append(node.name)
    return users
