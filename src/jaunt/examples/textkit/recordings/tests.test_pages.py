# A recorded answer, replayed by jaunt.
# jaunt:kind=test
# jaunt:source_module=tests.test_pages
# jaunt:module_digest=sha256:1365325445f068e581ee2dfee6013f967c722c374f6f1423f98ed4180aec196e

"""Tests of rendering and of whole documents."""

import asyncio
from typing import get_args

import pytest

from textkit.blocks import Bullets, Code
from textkit.document import Document, render_all
from textkit.inline import Span, Style
from textkit.render import render_blocks, render_spans

HOSTILE = '<b>&"'
ESCAPED = "&lt;b&gt;&amp;&quot;"
TIMEOUT = 10.0  # seconds, so that a read which is never started fails the test instead of hanging it


def test_everything_is_escaped() -> None:
    for style in get_args(Style):
        html = render_spans([Span(HOSTILE, style, href="/" if style == "link" else None)])
        assert ESCAPED in html
        assert HOSTILE not in html
    assert render_spans([Span("a", "link", '/"')]) == '<a href="/&quot;">a</a>'
    code = render_blocks([Code(HOSTILE, language=HOSTILE)])
    assert code == f'<pre><code class="language-{ESCAPED}">{ESCAPED}</code></pre>'


def test_every_kind_has_its_element() -> None:
    spans = render_spans([Span("a", "strong"), Span("b", "emphasis"), Span("c", "code")])
    assert spans == "<strong>a</strong><em>b</em><code>c</code>"
    blocks = render_blocks([Bullets(((Span("a"),), (Span("b"),))), Code("c", "py")])
    assert blocks == '<ul><li>a</li><li>b</li></ul>\n<pre><code class="language-py">c</code></pre>'


@pytest.mark.parametrize(
    ("href", "is_link"),
    [
        ("/a", True),
        ("#top", True),
        ("page?a=b:c", True),
        ("./a:b", True),
        ("", True),
        ("https://example.org", True),
        ("MAILTO:me@example.org", True),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        ("\x01javascript:alert(1)", False),
        ("data:text/html,x", False),
    ],
)
def test_only_safe_links_are_links(href: str, is_link: bool) -> None:
    assert ("<a " in render_spans([Span("text", "link", href)])) is is_link


def test_a_whole_page() -> None:
    page = Document("# Tea\n\nHot *water*.")
    body = '<h1 id="tea">Tea</h1>\n<p>Hot <em>water</em>.</p>'
    assert page.title == "Tea"
    assert page.to_html() == body
    assert page.to_html(with_toc=True) == f'<nav><ul><li><a href="#tea">Tea</a></li></ul></nav>\n{body}'

    bare = Document("no heading")
    assert bare.title == "Untitled"
    assert bare.to_html(with_toc=True) == "<p>no heading</p>"

    deep = Document("### a\n#### a")
    assert [entry.children for entry in deep.toc()] == [()]
    assert [len(entry.children) for entry in deep.toc(max_level=4)] == [1]


def test_pages_come_in_the_order_of_their_names() -> None:
    calls: list[str] = []
    done = {name: asyncio.Event() for name in "abc"}
    waits_for = {"c": "a", "a": "b"}

    async def read(name: str) -> str:
        calls.append(name)
        if name in waits_for:
            await done[waits_for[name]].wait()
        done[name].set()
        return name

    pages = asyncio.run(asyncio.wait_for(render_all(["c", "a", "b", "a"], read), TIMEOUT))
    assert list(pages.items()) == [("c", "<p>c</p>"), ("a", "<p>a</p>"), ("b", "<p>b</p>")]
    assert calls == ["c", "a", "b"]


def test_reads_keep_to_the_limit() -> None:
    under_way: set[str] = set()
    peaks: list[int] = []

    async def read(name: str) -> str:
        under_way.add(name)
        peaks.append(len(under_way))
        await asyncio.sleep(0)
        under_way.remove(name)
        return name

    names = [str(number) for number in range(10)]
    assert list(asyncio.run(render_all(names, read, limit=3))) == names
    assert max(peaks) == 3
    peaks.clear()
    asyncio.run(render_all(names, read))
    assert max(peaks) == 4
    peaks.clear()
    asyncio.run(render_all(names, read, limit=1))
    assert max(peaks) == 1
    peaks.clear()
    with pytest.raises(ValueError, match="limit"):
        asyncio.run(render_all(["a"], read, limit=0))
    assert peaks == []


def test_a_failed_read_cancels_the_others() -> None:
    waiting = asyncio.Event()
    cancelled: list[str] = []

    async def read(name: str) -> str:
        if name == "missing":
            await waiting.wait()
            raise OSError(name)
        waiting.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(name)
            raise
        return name

    with pytest.raises(ExceptionGroup) as failure:
        asyncio.run(asyncio.wait_for(render_all(["slow", "missing"], read), TIMEOUT))
    assert [type(error) for error in failure.value.exceptions] == [OSError]
    assert cancelled == ["slow"]
