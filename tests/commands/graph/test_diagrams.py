"""The module DAG as Mermaid and as DOT, read again."""

import re
from pathlib import Path

from plans import STALE, WHY_STALE, shop_plan, sketch, told

from jaunt.commands.graph.diagrams import draw_dot, draw_mermaid
from jaunt.commands.graph.html import draw_html
from jaunt.commands.graph.text import draw_text
from jaunt.plan.freshness import Freshness
from jaunt.plan.reasons import Reason, ReasonKind

_NODE = re.compile(r'  (n\d+)(?:\["([^"]*)"\]|\(\["([^"]*)"\]\)):::(\w+)')
_EDGE = re.compile(r"  (n\d+) --> (n\d+)")


def read_mermaid(text: str) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """Return label -> class and the edges between labels of a flowchart; every line has to be understood."""
    first, *lines = text.splitlines()
    assert first == "flowchart LR"
    labels, classes, defined, edges = {}, {}, set(), set()
    for line in lines:
        if node := _NODE.fullmatch(line):
            labels[node[1]] = (node[2] or node[3]).partition("<br>")[0]
            classes[labels[node[1]]] = node[4]
        elif edge := _EDGE.fullmatch(line):
            edges.add((labels[edge[1]], labels[edge[2]]))
        elif style := re.fullmatch(r"  classDef (\w+) fill:#\w{6},stroke:#\w{6},color:#\w{6}", line):
            defined.add(style[1])
        else:
            assert line.startswith("  %% "), line
    assert defined == set(classes.values())
    return classes, edges


def test_mermaid_has_every_module_in_its_state_and_every_edge(tmp_path: Path) -> None:
    classes, edges = read_mermaid(draw_mermaid(shop_plan(tmp_path, {"app.words": STALE})))
    assert classes == {
        "app.slug": "unbuilt",
        "app.tally": "unbuilt",
        "app.words": "stale",
        "tests.test_slug": "unbuilt",
    }
    assert edges == {("app.slug", "app.words"), ("tests.test_slug", "app.slug")}


def test_mermaid_escapes_what_would_end_a_label() -> None:
    classes, _ = read_mermaid(draw_mermaid(sketch({'a"]; end\n`<b>': [], "größe": []})))
    assert set(classes) == {"a#34;#93;#59; end#10;#96;#60;b#62;", "größe"}


def test_mermaid_of_more_edges_than_viewers_draw_says_so() -> None:
    assert "%% 600 arrows" in draw_mermaid(sketch({"b": [], **{f"m{i}": ["b"] for i in range(600)}}))


def test_mermaid_and_dot_of_nothing_are_still_whole() -> None:
    assert read_mermaid(draw_mermaid(sketch({}))) == ({}, set())
    assert read_dot(draw_dot(sketch({}))) == ({}, set())


_QUOTED = r'"((?:\\.|[^"\\])*)"'


def read_dot(text: str) -> tuple[dict[str, dict[str, str]], set[tuple[str, str]]]:
    """Return name -> attributes and the edges of a digraph; every line has to be understood."""
    first, *lines, last = text.splitlines()
    assert (first, last) == ("digraph jaunt {", "}")
    nodes, edges = {}, set()
    for line in lines:
        if edge := re.fullmatch(f"  {_QUOTED} -> {_QUOTED};", line):
            edges.add((edge[1], edge[2]))
        elif node := re.fullmatch(f"  {_QUOTED} \\[((?:\\w+={_QUOTED}(?:, )?)+)\\];", line):
            nodes[node[1]] = {m[1]: m[2] for m in re.finditer(rf"(\w+)={_QUOTED}", node[2])}
        else:
            assert re.fullmatch(r"  (rankdir=LR|(node|edge) \[.*\]);", line), line
    return nodes, edges


def test_dot_has_every_module_in_its_colour_and_every_edge(tmp_path: Path) -> None:
    nodes, edges = read_dot(draw_dot(shop_plan(tmp_path, {"app.words": STALE})))
    assert set(nodes) == {"app.slug", "app.tally", "app.words", "tests.test_slug"}
    assert nodes["app.words"]["label"] == r"app.words\nstale"
    assert nodes["app.words"]["tooltip"] == WHY_STALE
    assert nodes["app.words"]["fillcolor"] != nodes["app.slug"]["fillcolor"]
    assert "dashed" in nodes["tests.test_slug"]["style"]
    assert edges == {("app.slug", "app.words"), ("tests.test_slug", "app.slug")}


def test_dot_escapes_quotes_and_backslashes() -> None:
    plan = sketch({'a"\\': []}, {'a"\\': told('C:\\n "x"')})
    nodes, _ = read_dot(draw_dot(plan))
    assert nodes[r"a\"\\"]["tooltip"] == r"C:\\n \"x\""


def test_a_state_that_is_new_is_drawn_all_the_same() -> None:
    odd = Freshness("new", (Reason(ReasonKind.FORCED),), stale=True)  # ty: ignore[invalid-argument-type]
    plan = sketch({"a": []}, {"a": odd})
    assert draw_text(plan, colour=True).endswith("1 module: 1 new")
    assert read_mermaid(draw_mermaid(plan))[0] == {"a": "other"}
    assert read_dot(draw_dot(plan))[0]["a"]["label"] == r"a\nnew"
    assert '"new"' in draw_html(plan)
