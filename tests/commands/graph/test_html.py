"""The page of the module DAG: read as a structure, and in a real browser."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import Browser, open_browser
from plans import EVIL, STALE, WHY_STALE, shop_plan, sketch, told
from projects import SHOP, write_files

from jaunt.commands.graph.html import draw_html
from jaunt.config import load_config
from jaunt.plan.plan import Plan, make_plan
from jaunt.project.project import load_project

# --- text --------------------------------------------------------------------------------------------


# --- mermaid and dot ---------------------------------------------------------------------------------


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
    return Plan(plan.project, {**plan.freshness, "app.words": told(f"x {EVIL}")}, {})


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
    assert nodes["app.words"]["reasons"] == [WHY_STALE]
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
    assert WHY_STALE in panel
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
    assert browser.count("#packages text") == browser.count("#packages text:not(.covered)") == 9


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
