"""Wrappings: what a model, or the server before it, puts around a whole answer; JSON, quote marks, odd blanks."""

import json
import re
from collections.abc import Iterator
from typing import Any

_QUOTED_FENCE = re.compile(r"^[ \t]*>[ \t]?(?:`{3,}|~{3,})", re.MULTILINE)
_QUOTE_MARK = re.compile(r"^[ \t]*>", re.MULTILINE)
_QUOTE_MARK_AND_BLANK = re.compile(r"^[ \t]*>(?: |$)", re.MULTILINE)
_JSON_BEGINS = re.compile(r"""[\[{]\s*["\[{]|"(?!"")""")
_FENCED_JSON = re.compile(
    r"^(?:`{3,}|~{3,})[ \t]*(?:json)?[ \t]*\n\s*([\[{].*?)^(?:`{3,}|~{3,})", re.MULTILINE | re.DOTALL
)
_JSON_BELOW_PROSE = re.compile(r"\A(?:[ \t]*[A-Z][^\n{\[]*\n|[ \t]*\n)+(?=[ \t]*[\[{])")  # "Here it is:"
_ODD_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_NO_WIDTH = re.compile("[\ufeff\u200b\u2060]")


def strings_in_json(text: str) -> list[str]:
    """Return the texts in an answer that is JSON, also in a fence or below a line of prose, the longest first."""
    fenced = _FENCED_JSON.search(text)
    within = fenced[1] if fenced else _JSON_BELOW_PROSE.sub("", text, count=1)
    if not _JSON_BEGINS.match(within.lstrip()):
        return []
    try:
        value = json.JSONDecoder().raw_decode(within.lstrip())[0]
    except (ValueError, RecursionError):
        return []
    return sorted(_strings(value), key=len, reverse=True)


def without_quote_marks(text: str) -> str:
    """Return text that is a quotation, as in a mail (`> `), or has its fences in one, without the marks of that."""
    if not _QUOTED_FENCE.search(text) and not all(_QUOTE_MARK.match(line) for line in text.strip("\n").split("\n")):
        return text
    # The blank belongs to the mark only where each line of the quotation has it.
    has_blanks = len(_QUOTE_MARK_AND_BLANK.findall(text)) == len(_QUOTE_MARK.findall(text))
    return (_QUOTE_MARK_AND_BLANK if has_blanks else _QUOTE_MARK).sub("", text)


def with_plain_blanks(code: str) -> str | None:
    """Return code with plain spaces in place of blanks that Python takes for none, and without marks of no width.

    None if it has none of them. What stands in string literals changes too: it is for code that can't be read as it is.
    """
    plain = _NO_WIDTH.sub("", _ODD_BLANKS.sub(" ", code))
    return plain if plain != code else None


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)
