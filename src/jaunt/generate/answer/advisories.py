"""What a model has to say of the specs: the comments that an answer may end with, below a fixed line."""

import re

from jaunt.text.lines import printable_line

TITLE = "# ADVISORIES"
"""The line that the block begins with; the prompts name it."""

_MOST = 20
_TITLE_LINE = re.compile(rf"{TITLE}:?[ \t\r]*")
_MARK = re.compile(r"[-*](?:\s+|$)")
_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})[ \t\r]*")


def split_advisories(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text without the advisories at its end, and these, an item each: printable, one line, at most 20.

    A fence that closes the code stays. A block with anything but comments below it is none.
    """
    begin = 0 if text.startswith(TITLE) else text.rfind(f"\n{TITLE}") + 1
    title, *lines = text[begin:].rstrip().split("\n")
    if not _TITLE_LINE.fullmatch(title):
        return text, ()
    fence = lines.pop() if lines and _FENCE.fullmatch(lines[-1]) else ""
    if any(line.strip() and not line.startswith("#") for line in lines):
        return text, ()
    items: list[str] = []
    for line in lines:
        said = line.removeprefix("#").strip()
        mark = _MARK.match(said)
        if mark or not items:
            items.append(said[mark.end() :] if mark else said)
        elif said:
            items[-1] += f" {said}"
    told = filter(None, map(printable_line, items))
    return f"{text[:begin]}{fence}", tuple(told)[:_MOST]


def with_advisories(code: str, advisories: tuple[str, ...]) -> str:
    """Return code with a block of advisories at its end, as `split_advisories` takes it."""
    lines = "".join(f"# - {each}\n" for each in advisories)
    return f"{code.rstrip()}\n\n{TITLE}\n{lines}" if advisories else code
