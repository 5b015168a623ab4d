"""Texts for people that carry the code of what they are about, which is told beside them and never read out of them."""

from collections.abc import Iterable
from typing import Self

from jaunt.errors import JauntError


class Coded(str):
    """A text with one of `jaunt.codes`, "" for none; in all else it is that text."""

    code: str

    def __new__(cls, text: str, code: str = "") -> Self:
        """Return a text that carries a code."""
        made = super().__new__(cls, text)
        made.code = code
        return made


def code_of(told: JauntError | str) -> str:
    """Return the code of an error or a text, "" if it has none."""
    return getattr(told, "code", "")


def with_code(text: str, told: JauntError | str) -> str:
    """Return a text, about the same as `told`, with the code of that, if there is one."""
    code = code_of(told)
    return Coded(text, code) if code else text


def codes_of(texts: Iterable[str]) -> list[str]:
    """Return the codes that texts carry, each once, in their order."""
    return [code for code in dict.fromkeys(map(code_of, texts)) if code]
