"""The word that a mistyped one may be meant for."""

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return a hint that names the word among `known` that is nearest, or `otherwise` where none is near."""
    import difflib  # here, since only a mistake needs it: 5 ms

    near = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else otherwise
