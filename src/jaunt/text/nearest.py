"""The word that a mistyped one may be meant for."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the word among `known` that is nearest; "" where none is near."""
    import difflib  # here, since only a mistake needs it: 5 ms

    return next(iter(difflib.get_close_matches(word, list(known), n=1)), "")


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return a hint that names the word among `known` that is nearest, or `otherwise` where none is near."""
    near = nearest(word, known)
    return f"did you mean {near!r}?" if near else otherwise
