"""Where an answer that is still being written has ended: what comes after its code would be paid, and thrown away."""

from collections.abc import Sequence

from jaunt.generate.answer.advisories import TITLE
from jaunt.generate.answer.fences import fenced_blocks, find_fences
from jaunt.syntax.candidate import missing_names, parse_candidate

_MOST_BEFORE = 400
"""The most characters before the first block. What is longer may be a model's thoughts, and the block a draft."""

_FENCES = ("```", "~~~")


def has_ended(text: str, before: int, names: Sequence[str]) -> bool:
    """Whether words follow, in what was written after `before` characters, the block that defines all `names`.

    Blanks are no words: most answers end with their block, and then say how many tokens they took. Nor are
    advisories, or what may become their first line: those are wanted, though they stand in no block.
    """
    written, more = text[:before].rstrip(), text[before:].strip()
    if not written.endswith(_FENCES) or not more or TITLE.startswith(more) or more.startswith(TITLE):
        return False
    if "<think>" in written and "</think>" not in written:
        return False
    fences = list(find_fences(written))
    if not fences or fences[0].start > _MOST_BEFORE:
        return False
    blocks, _ = fenced_blocks(written, fences)
    return any(_defines(block, names) for block in blocks)


def _defines(block: str, names: Sequence[str]) -> bool:
    source, _ = parse_candidate(block)
    return source is not None and not missing_names(source, names)
