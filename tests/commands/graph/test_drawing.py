"""The pictures of the module DAG: read as text, as a structure, and in a real browser."""

import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import Browser, open_browser
from projects import SHOP, write_files

from jaunt.commands.graph import FORMATS
from jaunt.commands.graph.diagrams import draw_dot, draw_mermaid
from jaunt.commands.graph.html import draw_html
from jaunt.commands.graph.text import draw_text
from jaunt.config import JauntConfig, load_config
from jaunt.files.listing import ModuleFile
from jaunt.plan.freshness import Verdict
from jaunt.plan.plan import Plan, make_plan
from jaunt.project.project import Project, load_project
from jaunt.registry import SpecKind
from jaunt.specs.spec_module import SpecModule

STALE = Verdict("stale", "spec changed: app.words:split_words (docstring)", stale=True)
FRESH = Verdict("fresh", "fresh", stale=False)
EVIL = """</script><script>window.pwned = 1</script><!-- <img src=x onerror="window.pwned = 2"> {{script}}"""


def sketch(dag: Mapping[str, list[str]], verdicts: Mapping[str, Verdict] | None = None) -> Plan:
    """Return a plan of modules that are nowhere on a disk; names that begin with `test` are tests."""
    modules = {name: SpecModule(name, ModuleFile(name, Path(f"/p/{name}.py"), Path("/p")), _kind(name)) for name in dag}
    project = Project(
        Path("/p"), JauntConfig(root=Path("/p")), modules=modules, dag={m: set(d) for m, d in dag.items()}
    )
    return Plan(project, {name: (verdicts or {}).get(name, FRESH) for name in dag}, {})


def _kind(name: str) -> SpecKind:
    return "test" if name.startswith("test") else "magic"


def shop_plan(root: Path, verdicts: Mapping[str, Verdict] | None = None, **files: str) -> Plan:
    """Return the plan of the project SHOP, with its own verdicts but for the given ones."""
    write_files(root, {**SHOP, **files})
    plan = make_plan(load_project(load_config(root=root)))
    return Plan(plan.project, {**plan.verdicts, **(verdicts or {})}, plan.problems)


def chain(length: int) -> dict[str, list[str]]:
    return {f"m{i:05}": [f"m{i + 1:05}"] if i + 1 < length else [] for i in range(length)}


def states_and_names(text: str) -> list[tuple[str, str]]:
    """Return the modules of a tree's lines, in order, with their states."""
    found = [re.match(r"(\w+) +[│├└─|`\- ]*([\w.]+)", line) for line in text.split("\n\n")[0].splitlines()]
    return [(match[1], match[2]) for match in found if match]


# --- text --------------------------------------------------------------------------------------------


def test_what_a_module_needs_stands_below_it_and_tests_come_last(tmp_path: Path) -> None:
    plan = shop_plan(tmp_path, {"app.words": STALE, "app.tally": FRESH})
    assert draw_text(plan) == "\n".join(
        [
            "unbuilt  app.slug",
            "stale    └─ app.words  spec changed: app.words:split_words (docstring)",
            "fresh    app.tally",
            "unbuilt  tests.test_slug",
            "unbuilt  └─ app.slug (*)",
            "",
            "(*) continued where it has no mark",
            "4 modules: 2 unbuilt, 1 stale, 1 fresh",
        ]
    )


def test_inverted_what_a_module_affects_stands_below_it(tmp_path: Path) -> None:
    text = draw_text(shop_plan(tmp_path), invert=True, roots=["app.words"])
    names = [name for _, name in states_and_names(text)]
    assert names == ["app.words", "app.slug", "tests.test_slug"]
    assert text.endswith("3 modules: 3 unbuilt")


def test_no_modules_are_said_to_be_none() -> None:
    assert draw_text(sketch({})) == "no spec modules"


def test_a_shared_part_is_drawn_once_and_marked_elsewhere() -> None:
    plan = sketch({"a": ["base"], "b": ["base"], "base": ["deep"], "deep": []})
    text = draw_text(plan)
    assert text.count("deep") == 1
    assert text.count("base") == 2
    assert text.count("base (*)") == 1


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_it_may_be(width: int) -> None:
    long = Verdict("stale", "dependency is stale: " + ", ".join(f"app.module_{i}" for i in range(99)), stale=True)
    dag = {**chain(60), "app." + "very_" * 50 + "long": ["m00000"]}
    text = draw_text(sketch(dag, dict.fromkeys(dag, long)), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" in text


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_deep_chain_is_drawn_in_pieces_that_fit_and_nothing_is_lost(width: int) -> None:
    plan = sketch(chain(3000))
    text = draw_text(plan, width=width, limit=None)
    assert {name for _, name in states_and_names(text)} == set(plan.verdicts)
    assert "…" not in text


def test_ten_thousand_modules_are_summed_up_what_is_not_fresh_first() -> None:
    dag = {f"pkg.m{i:05}": [] for i in range(10_000)}
    text = draw_text(sketch(dag, {"pkg.m09999": STALE}))
    lines = text.splitlines()
    assert len(lines) < 210
    assert lines[0].startswith("stale    pkg.m09999")
    assert "... and 9,800 more" in text
    assert lines[-1] == "10,000 modules: 1 stale, 9,999 fresh"


def test_the_limit_can_be_lifted() -> None:
    text = draw_text(sketch({f"m{i}": [] for i in range(500)}), limit=None)
    assert len(states_and_names(text)) == 500
    assert "more" not in text


def test_colour_comes_when_asked_for_and_changes_nothing_else(tmp_path: Path) -> None:
    plan = shop_plan(tmp_path, {"app.words": STALE})
    plain, coloured = draw_text(plan, width=40), draw_text(plan, width=40, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[33mstale" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


def test_a_terminal_without_box_characters_gets_none() -> None:
    plan = sketch({"a": ["b", "c"], "b": ["c"], "c": []}, {"b": Verdict("stale", "x" * 99, stale=True)})
    text = draw_text(plan, ascii_only=True)
    assert text.isascii()
    assert "|- b" in text
    assert "..." in text


def test_a_cycle_in_the_graph_loses_no_module() -> None:
    text = draw_text(sketch({"a": ["b"], "b": ["a"], "c": []}))
    assert {name for _, name in states_and_names(text)} == {"a", "b", "c"}


def test_a_reason_of_several_lines_stays_one_line() -> None:
    plan = sketch({"a": []}, {"a": Verdict("broken", "one\ntwo\r\nthree", stale=True)})
    assert draw_text(plan).splitlines()[0] == "broken   a  one two three"


def test_every_format_is_drawn_by_one_call(tmp_path: Path) -> None:
    plan = shop_plan(tmp_path)
    for draw in FORMATS.values():
        picture = draw(plan)
        assert "app.slug" in picture
        assert not picture.endswith("\n")


# --- mermaid and dot ---------------------------------------------------------------------------------

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
    assert nodes["app.words"]["tooltip"] == STALE.reason
    assert nodes["app.words"]["fillcolor"] != nodes["app.slug"]["fillcolor"]
    assert "dashed" in nodes["tests.test_slug"]["style"]
    assert edges == {("app.slug", "app.words"), ("tests.test_slug", "app.slug")}


def test_dot_escapes_quotes_and_backslashes() -> None:
    plan = sketch({'a"\\': []}, {'a"\\': Verdict("stale", 'C:\\n "x"', stale=True)})
    nodes, _ = read_dot(draw_dot(plan))
    assert nodes[r"a\"\\"]["tooltip"] == r"C:\\n \"x\""


def test_a_state_that_is_new_is_drawn_all_the_same() -> None:
    odd = Verdict("orphaned", "its spec is gone", stale=True)  # ty: ignore[invalid-argument-type]
    plan = sketch({"a": []}, {"a": odd})
    assert draw_text(plan, colour=True).endswith("1 module: 1 orphaned")
    assert read_mermaid(draw_mermaid(plan))[0] == {"a": "other"}
    assert read_dot(draw_dot(plan))[0]["a"]["label"] == r"a\norphaned"
    assert "orphaned" in draw_html(plan)


# --- html --------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a page is made of: its elements, and the text of each script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "script":
            self.scripts[-1] += data


def evil_plan(root: Path) -> Plan:
    source = SHOP["src/app/words.py"].replace("Return the words", f"Return {EVIL} the words")
    write_files(root, {**SHOP, "src/app/words.py": source})
    plan = make_plan(load_project(load_config(root=root)))
    return Plan(plan.project, {**plan.verdicts, "app.words": Verdict("stale", f"x {EVIL}", stale=True)}, {})


def test_the_page_needs_nothing_but_itself(tmp_path: Path) -> None:
    text = draw_html(shop_plan(tmp_path))
    page = Page(text)
    addresses = [v for _, attributes in page.elements for k, v in attributes.items() if k in ("src", "href")]
    assert addresses == ["data:,"]
    assert set(re.findall(r"https?://[^\s\"']+", text)) == {"http://www.w3.org/2000/svg"}  # a namespace's name
    assert not re.search(r"@import|url\((?!#)", text)


def test_the_page_holds_the_graph_as_json(tmp_path: Path) -> None:
    page = Page(draw_html(shop_plan(tmp_path, {"app.words": STALE})))
    data = json.loads(page.scripts[0])
    nodes = {node["name"]: node for node in data["nodes"]}
    assert nodes["app.words"]["state"] == "stale"
    assert nodes["app.words"]["reasons"] == [STALE.reason]
    assert nodes["app.slug"]["needs"] == ["app.words"]
    assert nodes["app.slug"]["file"] == "src/app/slug.py"
    assert nodes["app.slug"]["generated"] == "src/app/__generated__/slug.py"
    assert 'joined by "-"' in nodes["app.slug"]["specs"][0]["source"]
    assert {tuple(edge[:2]) for edge in data["edges"]} == {
        ("app.slug", "app.words"),
        ("tests.test_slug", "app.slug"),
    }


def test_no_spec_can_break_out_of_the_page(tmp_path: Path) -> None:
    page = Page(draw_html(evil_plan(tmp_path)))
    assert [tag for tag, _ in page.elements].count("script") == 2
    assert "img" not in [tag for tag, _ in page.elements]
    assert any(EVIL in spec["source"] for node in json.loads(page.scripts[0])["nodes"] for spec in node["specs"])


def test_a_broken_module_is_drawn_with_what_can_be_read(tmp_path: Path) -> None:
    plan = shop_plan(tmp_path, **{"src/app/words.py": "import jaunt\n\n@jaunt.magic\ndef split_words(:\n"})
    data = json.loads(Page(draw_html(plan)).scripts[0])
    states = {node["name"]: node["state"] for node in data["nodes"]}
    assert states["app.words"] == "broken"
    assert states["app.slug"] != "fresh"


# --- in a browser ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def show(browser: Browser, folder: Path, plan: Plan, fragment: str = "") -> None:
    page = folder / "graph.html"
    page.write_text(draw_html(plan), encoding="utf-8")
    browser.open(page, fragment)


def shown(browser: Browser, selector: str) -> set[str]:
    return set(browser.run("return [...document.querySelectorAll(arguments[0])].map((n) => n.dataset.name)", selector))


def test_the_page_draws_every_module_and_edge_without_an_error(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, shop_plan(tmp_path))
    assert shown(browser, ".node") == {"app.slug", "app.tally", "app.words", "tests.test_slug"}
    assert browser.count("#edges path") == 2
    assert browser.text("#legend") == "○ 4 unbuilt"
    assert browser.count("#panel[hidden]") == 1
    assert (browser.console(), browser.requests()) == ([], [])


def test_a_click_opens_the_contract_and_its_links_lead_on(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, shop_plan(tmp_path, {"app.words": STALE}))
    browser.click('[data-name="app.words"]')
    panel = browser.text("#panel")
    assert "app.words" in panel
    assert "stale" in browser.text("#state")
    assert STALE.reason in panel
    assert "def split_words(text: str) -> list[str]:" in panel
    browser.click('#panel .links a[href="#app.slug"]')
    assert browser.text("#panel h2") == "app.slug"
    assert shown(browser, "#front .node") == {"app.slug", "app.words", "tests.test_slug"}
    assert browser.count("#lit path") == 2
    browser.click("#close")
    assert browser.count("#panel[hidden]") == 1
    assert browser.console() == []


def test_a_search_highlights_and_enter_goes_to_the_hit(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, shop_plan(tmp_path))
    browser.press("/")
    browser.type("#search", "SLUG")
    assert shown(browser, ".node.hit") == {"app.slug", "tests.test_slug"}
    assert browser.text("#found") == "2 of 4"
    browser.press("Enter")
    assert browser.text("#panel h2") == "app.slug"
    browser.press("Escape")
    assert browser.count(".node.hit") == 0
    browser.type("#search", "no such module")
    assert (browser.text("#found"), browser.count(".node.hit")) == ("0 of 4", 0)
    assert browser.console() == []


def test_the_legend_shows_one_state_alone(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, shop_plan(tmp_path, {"app.words": STALE}))
    browser.click('#legend [data-state="stale"]')
    assert shown(browser, "#front .node") == {"app.words"}
    browser.click('#legend [data-state="stale"]')
    assert browser.count("#canvas.focus") == 0


def test_arrow_keys_walk_along_the_graph(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, sketch({"a": ["b"], "b": ["c"], "c": []}), "#a")
    assert browser.text("#panel h2") == "a"
    browser.press("Right", "Right")
    assert browser.text("#panel h2") == "c"
    browser.press("Left")
    assert browser.text("#panel h2") == "b"
    browser.press("Escape")
    assert browser.count("#panel[hidden]") == 1


def test_wheel_buttons_and_drag_move_the_view(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, sketch({"a": ["b"], "b": []}))

    def place() -> dict[str, float]:
        return browser.run("return { ...place }")

    start = place()
    browser.wheel("#canvas", -300)
    zoomed = place()
    assert zoomed["scale"] > start["scale"]
    browser.click("#out")
    assert place()["scale"] < zoomed["scale"]
    before = place()
    browser.drag((200, 700), (320, 650))
    assert (place()["x"] - before["x"], place()["y"] - before["y"]) == pytest.approx((120, -50), abs=1)
    browser.click("#fit")
    assert place() == pytest.approx(start)
    assert browser.console() == []


def test_a_thousand_modules_all_fit_into_the_window(browser: Browser, tmp_path: Path) -> None:
    dag = {f"pkg.part{i % 9}.m{i}": [f"pkg.part{j % 9}.m{j}" for j in {i // 2, i // 3} if j < i] for i in range(1000)}
    show(browser, tmp_path, sketch(dag))
    assert browser.count(".node") == 1000
    inside = """
      const area = canvas.getBoundingClientRect();
      const boxes = [...document.querySelectorAll(".node rect")].map((each) => each.getBoundingClientRect());
      const across = boxes.filter((box) => box.left >= area.left && box.right <= area.right);
      return across.filter((box) => box.top >= area.top && box.bottom <= area.bottom).length;
    """
    assert browser.run(inside) == 1000
    assert browser.console() == []


def test_no_spec_runs_as_a_script_or_becomes_an_element(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, evil_plan(tmp_path), "#app.words")
    assert EVIL in browser.text("#panel")
    assert browser.count("img") == 0
    assert browser.run("return window.pwned === undefined") is True
    assert browser.console() == []


def test_an_empty_project_and_a_wrong_address_are_no_error(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, sketch({}), "#%")
    assert "0 modules" in browser.text("#heading")
    assert browser.console() == []


def test_the_theme_button_changes_the_colours(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, sketch({"a": []}))
    paper = "return getComputedStyle(document.body).backgroundColor"
    before = browser.run(paper)
    browser.click("#theme")
    assert browser.run(paper) != before
    browser.click("#theme")
    assert browser.run(paper) == before
