"""A self-contained html page: one of the templates, with its style, its script and its data inside."""

import html
import json
import re
from pathlib import Path
from typing import Any

from jaunt.paths import PACKAGE
from jaunt.report.states import states_css

_STYLE = Path(PACKAGE, "report")
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


def render_page(name: str, *, title: str, data: Any) -> str:
    """Return the page `name` ("graph" or "timings") as html that needs no other file and no network.

    Its script reads `data`, anything that JSON can hold, from the element `#data`.
    """
    own = Path(PACKAGE, "commands", name)
    parts = {
        "title": html.escape(title),
        "style": _read(_STYLE / "page.css") + states_css() + _read(own / f"{name}.css"),
        "body": _read(own / f"{name}.html"),
        "data": _json_for_html(data),
        "script": _read(_STYLE / "page.js") + _read(own / f"{name}.js"),
    }
    # One pass: a placeholder that stands in the data stays as it is.
    return _PLACEHOLDER.sub(lambda match: parts[match[1]], _read(_STYLE / "page.html"))


def _read(template: Path) -> str:
    return template.read_text(encoding="utf-8")


def _json_for_html(data: Any) -> str:
    """Return JSON in ASCII in which nothing can end, or open, an html element or comment."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
