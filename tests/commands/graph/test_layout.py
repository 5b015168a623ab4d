"""The layout: nothing overlaps, what is needed stands to the right, the same input gives the same picture."""

from graphlib import CycleError
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaunt.commands.graph.layout import BOX_HEIGHT, Box, lay_out

Dag = dict[str, list[str]]


@st.composite
def dags(draw: st.DrawFn) -> Dag:
    names = [f"m{index}" for index in range(draw(st.integers(1, 40)))]
    return {
        name: draw(st.lists(st.sampled_from(names[:index]), unique=True, max_size=4)) if index else []
        for index, name in enumerate(names)
    }


def widths(dag: Dag) -> dict[str, float]:
    return {name: 60.0 + 9 * (index % 7) for index, name in enumerate(dag)}


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def crowded(dag: Dag) -> list[tuple[str, str]]:
    """Return the pairs of boxes that overlap; only neighbours in the order from top to bottom can."""
    boxes = lay_out(dag, widths(dag)).boxes
    names = sorted(boxes, key=lambda name: boxes[name].y)
    found = []
    for index, name in enumerate(names):
        for other in names[index + 1 :]:
            if boxes[other].y >= boxes[name].y + boxes[name].height:
                break
            if overlap(boxes[name], boxes[other]):
                found.append((name, other))
    return found


def test_nothing_has_no_size() -> None:
    layout = lay_out({}, {})
    assert (layout.width, layout.height, dict(layout.boxes)) == (0.0, 0.0, {})


def test_one_node_stands_at_the_origin() -> None:
    assert lay_out({"a": []}, {"a": 80.0}).boxes["a"].x == 0.0


@settings(max_examples=60)
@given(dags())
def test_boxes_lie_inside_apart_and_left_of_what_they_need(dag: Dag) -> None:
    layout = lay_out(dag, widths(dag))
    assert layout.boxes.keys() == dag.keys()
    assert crowded(dag) == []
    for name, box in layout.boxes.items():
        assert -0.01 <= box.x <= layout.width - box.width + 0.01
        assert -0.01 <= box.y <= layout.height - box.height + 0.01
        assert box.width >= widths(dag)[name]
        assert box.height == BOX_HEIGHT
        for dep in dag[name]:
            assert box.x + box.width < layout.boxes[dep].x


@settings(max_examples=60)
@given(dags())
def test_each_edge_leads_from_box_to_box_and_never_turns_back(dag: Dag) -> None:
    layout = lay_out(dag, widths(dag))
    assert set(layout.routes) == {(name, dep) for name, deps in dag.items() for dep in deps}
    for (name, dep), points in layout.routes.items():
        start, end = layout.boxes[name], layout.boxes[dep]
        assert points[0] == pytest.approx((start.x + start.width, start.y + start.height / 2))
        assert points[-1] == pytest.approx((end.x, end.y + end.height / 2))
        assert all(one[0] <= other[0] + 0.01 for one, other in pairwise(points))


def test_the_order_of_the_input_makes_no_difference() -> None:
    dag = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": [], "e": []}
    turned = {name: deps[::-1] for name, deps in reversed(dag.items())}
    assert lay_out(dag, widths(dag)) == lay_out(turned, widths(dag))


def test_an_edge_over_several_layers_passes_beside_the_boxes_between() -> None:
    dag = {"top": ["middle", "base"], "middle": ["base"], "base": []}
    layout = lay_out(dag, widths(dag))
    middle = layout.boxes["middle"]
    passing = [y for x, y in layout.routes["top", "base"] if middle.x <= x <= middle.x + middle.width]
    assert passing
    assert all(not middle.y <= y <= middle.y + middle.height for y in passing)


def test_a_thousand_leaves_of_one_node_are_folded_to_a_window_and_not_a_ribbon() -> None:
    dag: Dag = {"base": [], **{f"m{index}": ["base"] for index in range(1000)}}
    layout = lay_out(dag, widths(dag))
    assert 0.5 < layout.width / layout.height < 4
    assert crowded(dag) == []


def test_a_thousand_separate_nodes_fill_a_window() -> None:
    dag: Dag = {f"m{index}": [] for index in range(1000)}
    layout = lay_out(dag, widths(dag))
    assert 0.5 < layout.width / layout.height < 4
    assert crowded(dag) == []


def test_names_outside_of_the_graph_and_repeated_ones_are_no_edges() -> None:
    layout = lay_out({"a": ["b", "b", "elsewhere"], "b": []}, {"a": 80.0, "b": 80.0})
    assert set(layout.routes) == {("a", "b")}


def test_a_cycle_is_refused() -> None:
    with pytest.raises(CycleError):
        lay_out({"a": ["b"], "b": ["a"]}, {"a": 80.0, "b": 80.0})
