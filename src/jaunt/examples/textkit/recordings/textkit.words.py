# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=textkit.words
# jaunt:module_digest=sha256:90fce660ceb030b53214a6a9f481189c42cdb8d2bb6b8e3b31a6f77d9b57be8f

"""Words: what is left of a text without case, accents and punctuation."""

import re
import unicodedata

_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")


def fold(text: str) -> str:
    """Return `text` in lower case ASCII."""
    decomposed = unicodedata.normalize("NFKD", text.replace(_APOSTROPHE, "'"))
    bare = (char for char in decomposed.casefold() if not unicodedata.combining(char))
    return "".join(char if char.isascii() else " " for char in bare)


def words(text: str) -> list[str]:
    """Return the words of `text`, folded, in the order in which they stand."""
    return [match.replace("'", "") for match in _WORD.findall(fold(text))]
