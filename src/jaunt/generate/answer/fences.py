"""Fences: the lines of backticks or tildes around the code in a model's answer."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_MARK = re.compile(r"`{3,}|~{3,}")
_MARGIN = re.compile(r"[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?\Z")


class Fence(NamedTuple):
    """A line with a fence: what stands before and behind the marks, and where the line begins and ends."""

    lead: str
    mark: str
    info: str
    start: int
    end: int


def find_fences(text: str) -> Iterator[Fence]:
    """Yield the lines of a text that begin or end fenced code."""
    end = -1
    for mark in _MARK.finditer(text):
        start = text.rfind("\n", 0, mark.start()) + 1
        if start <= end:
            continue  # on the line of the last one
        end = (text.find("\n", mark.end()) + 1 or len(text) + 1) - 1
        info = text[mark.end() : end].strip(" \t")
        if "`" not in info:  # else it is code in a sentence
            yield Fence(text[start : mark.start()], mark[0], info, start, end)


def fenced_blocks(text: str, fences: Sequence[Fence]) -> tuple[list[str], list[str]]:
    """Return the fenced blocks, up to the next closing fence each; and what else they may be.

    `fences` are those of the text that count, one at least. A block is without the margin that its opening fence has,
    as in a list.
    """
    blocks, others = [], []
    if not fences[0].lead.strip() and not fences[0].info:
        others.append(text[: fences[0].start])  # it may be a closing fence without an opening one
    for number, opening in enumerate(fences):
        margin = len(opening.lead) if _MARGIN.match(opening.lead) else 0
        if opening.lead and not margin and not re.fullmatch(r"\w*", opening.info):
            continue
        closing = [
            each.start
            for each in fences[number + 1 :]
            if each.mark == opening.mark and not each.info and not each.lead.strip() and len(each.lead) <= margin
        ]
        start = opening.end + 1
        if closing:
            blocks.append(_outdented(text[start : closing[0]], margin))
            others.append(_outdented(text[start : closing[-1]], margin))
        else:
            others.append(_outdented(text[start:].rstrip().removesuffix(opening.mark), margin))
    return blocks, others


def _outdented(text: str, margin: int) -> str:
    return re.sub(rf"^[ \t]{{1,{margin}}}", "", text, flags=re.MULTILINE) if margin else text
