"""Where the boxes of a DAG's drawing go: layers from left to right, what a node needs to its right.

The steps of Sugiyama, Tagawa and Toda (1981): layers by longest path, order within a layer by barycentre,
places by least squares. Parts that are not connected are laid out each by itself and put next to each other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from graphlib import TopologicalSorter
from itertools import pairwise

from jaunt.process.frozen import frozen

Point = tuple[float, float]
Edge = tuple[str, str]

BOX_HEIGHT = 40.0
_ROW = BOX_HEIGHT + 14.0
_BEND_ROW = 16.0  # what an edge takes of a layer that it only passes through
_LAYER_GAP = 72.0
_WRAP_GAP = 16.0
_PART_GAP = 36.0
_ASPECT = 1.6  # of a usual window
_MOST_ROWS = 30  # a taller layer is folded to several columns, or the drawing would be a ribbon
_SWEEPS = 8


@frozen
class Box:
    """A node's place: its left upper corner and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float = BOX_HEIGHT


@frozen
class Layout:
    """Places for every node, and for every edge (node, dependency) the points that it leads through."""

    width: float
    height: float
    boxes: Mapping[str, Box] = field(default_factory=dict)
    routes: Mapping[Edge, Sequence[Point]] = field(default_factory=dict)


def lay_out(dag: Mapping[str, Collection[str]], widths: Mapping[str, float]) -> Layout:
    """Return a layout of `dag` (node -> what it needs), whose nodes are at least `widths` pixels wide.

    Names that are no keys of `dag` are left out. The same input gives the same layout.
    Raises graphlib.CycleError.
    """
    needs = {node: sorted(set(dag[node]) & dag.keys()) for node in sorted(dag)}
    return _pack([_lay_out_part(part, widths) for part in _connected_parts(needs)])


def _connected_parts(needs: Mapping[str, Sequence[str]]) -> Iterable[dict[str, Sequence[str]]]:
    """Yield the parts of a graph that no edge connects."""
    neighbours: dict[str, list[str]] = {node: [*deps] for node, deps in needs.items()}
    for node, deps in needs.items():
        for dep in deps:
            neighbours[dep].append(node)
    seen: set[str] = set()
    for start in needs:
        if start in seen:
            continue
        part, pending = {start}, [start]
        while pending:
            found = set(neighbours[pending.pop()]) - part
            part |= found
            pending += found
        seen |= part
        yield {node: needs[node] for node in sorted(part)}


def _lay_out_part(needs: Mapping[str, Sequence[str]], widths: Mapping[str, float]) -> Layout:
    depths = _depths(needs)
    layers: list[list[str]] = [[] for _ in range(max(depths.values()) + 1)]
    for node, depth in depths.items():
        layers[depth].append(node)
    chains = {(node, dep): [node, dep] for node, deps in needs.items() for dep in deps}
    rows = _most_rows(layers, widths)
    bends = sum(depths[node] - depths[dep] - 1 for node, dep in chains)
    folded = max(map(len, layers)) > rows or bends > 3 * len(needs) + 100
    if not folded:
        chains = {edge: _bend(edge, depths, layers) for edge in chains}
    _order(layers, [pair for chain in chains.values() for pair in pairwise(chain)])
    boxes = _fold(layers, widths, rows) if folded else _place(layers, chains.values(), widths)
    routes = {edge: _route([boxes[node] for node in chain]) for edge, chain in chains.items()}
    kept = {node: box for node, box in boxes.items() if node in needs}
    right = max(box.x + box.width for box in boxes.values())
    bottom = max(box.y + box.height for box in boxes.values())
    return Layout(right, bottom, kept, routes)


def _depths(needs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return each node's layer: 0 for what needs nothing, and above all that it needs."""
    order = list(TopologicalSorter(needs).static_order())
    users: dict[str, list[str]] = {node: [] for node in needs}
    depths: dict[str, int] = {}
    for node in order:
        depths[node] = max((depths[dep] + 1 for dep in needs[node]), default=0)
        for dep in needs[node]:
            users[dep].append(node)
    for node in reversed(order):  # the fewer layers its edges cross, the easier they are to follow
        if len(users[node]) > len(needs[node]):
            depths[node] = min(depths[user] for user in users[node]) - 1
    return depths


def _most_rows(layers: Sequence[Sequence[str]], widths: Mapping[str, float]) -> int:
    """Return at how many rows a layer is folded, so that the drawing gets the shape of a window."""
    column = max(widths[node] for layer in layers for node in layer) + _WRAP_GAP
    rows = _MOST_ROWS
    while True:
        columns = sum(-(-len(layer) // rows) for layer in layers)
        if columns * column + len(layers) * _LAYER_GAP <= _ASPECT * rows * _ROW or rows >= max(map(len, layers)):
            return rows
        rows += max(1, rows // 8)


def _bend(edge: Edge, depths: Mapping[str, int], layers: list[list[str]]) -> list[str]:
    """Put a bend of an edge into each layer that it passes through; return its nodes and bends in order."""
    node, dep = edge
    bends = [(f"{node} {dep} {depth}", depth) for depth in range(depths[node] - 1, depths[dep], -1)]
    for name, depth in bends:
        layers[depth].append(name)
    return [node, *(name for name, _ in bends), dep]


def _order(layers: list[list[str]], edges: Iterable[Edge]) -> None:
    """Sort each layer by the mean place of its neighbours in the layers before, there and back again."""
    above: dict[str, list[str]] = {node: [] for layer in layers for node in layer}
    below: dict[str, list[str]] = {node: [] for layer in layers for node in layer}
    for node, dep in edges:
        below[node].append(dep)
        above[dep].append(node)
    place = {node: (index + 0.5) / len(layer) for layer in layers for index, node in enumerate(layer)}
    for sweep in range(_SWEEPS):
        neighbours = above if sweep % 2 else below
        for layer in reversed(layers) if sweep % 2 else layers:
            layer.sort(key=lambda node: _mean([place[n] for n in neighbours[node]], place[node]))
            place.update({node: (index + 0.5) / len(layer) for index, node in enumerate(layer)})


def _place(
    layers: Sequence[Sequence[str]], chains: Iterable[Sequence[str]], widths: Mapping[str, float]
) -> dict[str, Box]:
    """Return places, one column a layer: each node as near as may be to the middle of its neighbours."""
    neighbours: dict[str, list[str]] = {node: [] for layer in layers for node in layer}
    for chain in chains:
        for node, dep in pairwise(chain):
            neighbours[node].append(dep)
            neighbours[dep].append(node)
    space = {node: _ROW if node in widths else _BEND_ROW for node in neighbours}
    middle: dict[str, float] = {}
    for layer in layers:
        middle |= _apart(layer, dict.fromkeys(layer, 0.0), space)
    for sweep in range(_SWEEPS):
        for layer in reversed(layers) if sweep % 2 else layers:
            wanted = {node: _mean([middle[n] for n in neighbours[node]], middle[node]) for node in layer}
            middle |= _apart(layer, wanted, space)
    top = min(y - space[node] / 2 for node, y in middle.items())
    boxes, x = {}, 0.0
    for layer in reversed(layers):
        width = max(widths.get(node, 0.0) for node in layer)
        for node in layer:
            height = BOX_HEIGHT if node in widths else 0.0
            boxes[node] = Box(x, middle[node] - top - height / 2, width, height)
        x += width + _LAYER_GAP
    return boxes


def _apart(layer: Sequence[str], wanted: Mapping[str, float], space: Mapping[str, float]) -> dict[str, float]:
    """Return the middles nearest to those wanted (least squares) at which nothing in the layer overlaps."""
    offsets, offset = [], 0.0
    for index, node in enumerate(layer):
        offset += (space[layer[index - 1]] + space[node]) / 2 if index else 0.0
        offsets.append(offset)
    # Isotonic regression: without offsets, middles need only not fall. A pool is a run of nodes that touch.
    pools: list[tuple[float, int]] = []
    for node, start in zip(layer, offsets, strict=True):
        pools.append((wanted[node] - start, 1))
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (right, more), (left, count) = pools.pop(), pools.pop()
            pools.append(((left * count + right * more) / (count + more), count + more))
    starts = [value for value, count in pools for _ in range(count)]
    return {node: start + offset for node, start, offset in zip(layer, starts, offsets, strict=True)}


def _fold(layers: Sequence[Sequence[str]], widths: Mapping[str, float], rows: int) -> dict[str, Box]:
    """Return places, each layer in as many columns as it takes to stay below `rows`."""
    tallest = max(-(-len(layer) // -(-len(layer) // rows)) for layer in layers)
    boxes, x = {}, 0.0
    for layer in reversed(layers):
        columns = -(-len(layer) // rows)
        width = max(widths[node] for node in layer)
        top = (tallest - -(-len(layer) // columns)) * _ROW / 2
        for index, node in enumerate(layer):
            row, column = divmod(index, columns)
            boxes[node] = Box(x + column * (width + _WRAP_GAP), top + row * _ROW, width)
        x += columns * (width + _WRAP_GAP) - _WRAP_GAP + _LAYER_GAP * (1.0 if columns == 1 else 1.5)
    return boxes


def _route(boxes: Sequence[Box]) -> list[Point]:
    """Return an edge's points: out of the first box's right side, into the last one's left."""
    points = [(boxes[0].x + boxes[0].width, boxes[0].y + boxes[0].height / 2)]
    for bend in boxes[1:-1]:
        points += [(bend.x, bend.y), (bend.x + bend.width, bend.y)]
    return [*points, (boxes[-1].x, boxes[-1].y + boxes[-1].height / 2)]


def _pack(parts: Sequence[Layout]) -> Layout:
    """Put layouts side by side, the tallest first, on shelves so wide that the whole fits a window."""
    area = sum((part.width + _PART_GAP) * (part.height + _PART_GAP) for part in parts)
    shelf_width = max([(_ASPECT * area) ** 0.5, *(part.width for part in parts)], default=0.0)
    boxes: dict[str, Box] = {}
    routes: dict[Edge, Sequence[Point]] = {}
    x = y = shelf = right = 0.0
    for part in sorted(parts, key=lambda part: -part.height):
        if x and x + part.width > shelf_width:
            x, y, shelf = 0.0, y + shelf + (_PART_GAP if shelf > BOX_HEIGHT else _WRAP_GAP), 0.0
        shelf = max(shelf, part.height)
        boxes |= {node: Box(box.x + x, box.y + y, box.width, box.height) for node, box in part.boxes.items()}
        routes |= {edge: [(px + x, py + y) for px, py in points] for edge, points in part.routes.items()}
        right = max(right, x + part.width)
        x += part.width + _PART_GAP
    return Layout(right, y + shelf, boxes, routes)


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default
