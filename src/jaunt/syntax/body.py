"""Whether the body of a generated file is as it was written, or a person, or git, was at it since."""

import re
from collections.abc import Mapping
from typing import Any

from jaunt.header import body_digest, parse_lines, split_header

_CONFLICT = re.compile(r"^<{7}(?: .*)?\n(?:.*\n)*?={7}\n(?:.*\n)*?>{7}(?: .*)?$", re.MULTILINE)


def is_body_edited(fields: Mapping[str, Any], body: str) -> bool:
    """Whether a body is another one than its header, parsed, was written for; a header that doesn't say fits any."""
    if "body_digest" not in fields or fields["body_digest"] == body_digest(body):
        return False
    return "syntax_digest" not in fields or fields["syntax_digest"] != _syntax_digest(body)


def _syntax_digest(body: str) -> str | None:
    from jaunt.syntax.syntax_digest import syntax_digest  # 5 ms, which only a body that is other text needs

    return syntax_digest(body)


def code_digest(fields: Mapping[str, Any] | None, body: str, *, edited: bool) -> str:
    """Return what tells a body from another one, 16 hex digits, for the headers of the modules that use its code.

    `fields` are those of its header, which say it already unless the body was edited. A formatter's run changes
    nothing, as far as the header has the digest for that.
    """
    said = None if edited or fields is None else fields.get("syntax_digest") or fields.get("body_digest")
    return str(said or _syntax_digest(body) or body_digest(body)).removeprefix("sha256:")[:16]


def is_edited(text: str) -> bool:
    """Whether a person wrote or edited a generated file: it has no header, or another body."""
    lines, body = split_header(text)
    fields = parse_lines(lines)
    return fields is None or is_body_edited(fields, body)


def has_conflict_markers(text: str) -> bool:
    """Whether git, or a tool like it, has left the markers of a conflict in a text."""
    return "<<<<<<<" in text and _CONFLICT.search(text.replace("\r\n", "\n")) is not None
