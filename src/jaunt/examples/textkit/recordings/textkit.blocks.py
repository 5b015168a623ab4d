# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=textkit.blocks
# jaunt:module_digest=sha256:fcaef0cd364f60fead3ceb0f51bfe494e5ba8688cfe6f51b7e1eb64551e0552d

"""Blocks: a Markdown-like source to headings, paragraphs, bullets and code."""

import re
from collections import deque

from textkit.blocks import Block, Bullets, Code, Heading, Paragraph
from textkit.inline import Span, parse_inline

_FENCE = "```"
_HEADING = re.compile(r"(#{1,6})\s+(\S.*)")
_BULLET = re.compile(r"-\s+(\S.*)")


def parse_blocks(source: str) -> list[Block]:
    """Return the blocks of `source`, in order."""
    lines = deque(source.splitlines())
    blocks: list[Block] = []
    while lines:
        line = lines[0].rstrip()
        if not line:
            lines.popleft()
        elif heading := _HEADING.fullmatch(line):
            lines.popleft()
            blocks.append(Heading(len(heading[1]), _spans(heading[2])))
        elif line.startswith(_FENCE):
            blocks.append(_take_code(lines))
        elif _BULLET.fullmatch(line):
            blocks.append(_take_bullets(lines))
        else:
            blocks.append(_take_paragraph(lines))
    return blocks


def _take_code(lines: deque[str]) -> Code:
    language = lines.popleft().removeprefix(_FENCE).strip()
    text: list[str] = []
    while lines and (line := lines.popleft()).rstrip() != _FENCE:
        text.append(line)
    return Code("\n".join(text), language)


def _take_bullets(lines: deque[str]) -> Bullets:
    items: list[tuple[Span, ...]] = []
    while lines and (bullet := _BULLET.fullmatch(lines[0].rstrip())):
        lines.popleft()
        items.append(_spans(bullet[1]))
    return Bullets(tuple(items))


def _take_paragraph(lines: deque[str]) -> Paragraph:
    text = [lines.popleft().strip()]
    while lines and not _ends_paragraph(lines[0].rstrip()):
        text.append(lines.popleft().strip())
    return Paragraph(_spans(" ".join(text)))


def _ends_paragraph(line: str) -> bool:
    return not line or line.startswith(_FENCE) or bool(_HEADING.fullmatch(line) or _BULLET.fullmatch(line))


def _spans(text: str) -> tuple[Span, ...]:
    return tuple(parse_inline(text))
