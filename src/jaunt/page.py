"""A self-contained html page: one of the templates, with its style, its script and its data inside."""

import html
import json
import re
from pathlib import Path
from typing import Any

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


def render_page(name: str, *, title: str, data: Any) -> str:
    """Return the page `name` ("graph" or "timings") as html that needs no other file and no network.

    Its script reads `data`, anything that JSON can hold, from the element `#data`.
    """
    parts = {
        "title": html.escape(title),
        "style": _template("page.css") + _template(f"{name}.css"),
        "body": _template(f"{name}.html"),
        "data": _json_for_html(data),
        "script": _template("page.js") + _template(f"{name}.js"),
    }
    # One pass: a placeholder that stands in the data stays as it is.
    return _PLACEHOLDER.sub(lambda match: parts[match[1]], _template("page.html"))


def _template(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _json_for_html(data: Any) -> str:
    """Return JSON in ASCII in which nothing can end, or open, an html element or comment."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
