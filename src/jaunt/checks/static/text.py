"""Characters, comments and names that no candidate may have.

It may have any letters, but no name that a reader takes for another one.
"""

import ast
import builtins
import re
import unicodedata
from collections.abc import Iterator

from jaunt.syntax.source import ModuleSource
from jaunt.text.flaw import Flaw

_BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")

_WHOLE_FILE = re.compile(
    r"^[ \t]*#[ \t]*((?:ruff|flake8)[ \t]*:[ \t]*noqa|(?:mypy|pyright|ty|type)[ \t]*:[ \t]*ignore)\b", re.M
)


def text_errors(source: str) -> list[Flaw]:
    """Return what a text may not hold: characters that hide its meaning, comments that silence its checks."""
    found = [
        (match.start(), f"{_character(match[0])} changes how the line is shown; write it as \\u{ord(match[0]):04x}")
        for match in _BIDIRECTIONAL.finditer(source)
    ]
    found += [
        (match.start(1), f"`# {match[1]}` silences a check in the whole module; correct what it finds")
        for match in _WHOLE_FILE.finditer(source)
    ]
    return [Flaw(problem, line=source.count("\n", 0, start) + 1) for start, problem in sorted(found)]


def _character(char: str) -> str:
    return f"the invisible character U+{ord(char):04X} ({unicodedata.name(char)})"


_LETTERS = {
    "a": "аɑα",
    "b": "ЬƄ",
    "c": "сϲᴄ",
    "d": "ԁᏧ",
    "e": "еҽє",
    "g": "ɡց",
    "h": "һհ",
    "i": "іıɩιӏ",
    "j": "јϳ",
    "k": "кκ",
    "l": "ӏǀון",
    "m": "м",
    "n": "ոռ",
    "o": "оοօσ੦",
    "p": "рρ",
    "q": "ԛգ",
    "r": "гᴦ",
    "s": "ѕꜱ",
    "t": "тτ",
    "u": "υսʋ",
    "v": "νѵᴠ",
    "w": "ԝѡᴡ",
    "x": "хχ",
    "y": "уγү",
    "z": "ᴢ",
    "A": "АΑ",
    "B": "ВΒ",
    "C": "СϹ",
    "E": "ЕΕ",
    "F": "Ϝ",
    "G": "Ԍ",
    "H": "НΗ",
    "I": "ІΙӀ",
    "J": "Ј",
    "K": "КΚ",
    "M": "МΜ",
    "N": "Ν",
    "O": "ОΟՕ",
    "P": "РΡ",
    "S": "ЅՏ",
    "T": "ТΤ",
    "U": "Ս",
    "X": "ХΧ",
    "Y": "ҮΥ",
    "Z": "Ζ",
    "0": "०",
    "_": "＿ー",
}
"""Letters of Unicode's table of confusables (UTS 39) that stand in names, by the ASCII letter that they look like."""
_LATIN = str.maketrans({other: letter for letter, others in _LETTERS.items() for other in others})


def lookalike_errors(candidate: ModuleSource, spec: ModuleSource) -> list[Flaw]:
    """Return an error for each name of a candidate that looks like another one of it, of the spec or of Python."""
    found = dict.fromkeys(_names(candidate.tree))
    odd = [(line, name) for line, name in found if not name.isascii()]
    if not odd:
        return []
    known = {name for _, name in [*found, *_names(spec.tree)]} | set(dir(builtins))
    errors = []
    for line, name in odd:
        plain = name.translate(_LATIN)
        if plain != name and plain in known:
            other = next(each for each in name if not each.isascii())
            letter = f"U+{ord(other):04X} ({unicodedata.name(other, 'unnamed')})"
            message = f"the name {name!r} looks like {plain!r}, but has the letter {letter}, expected a name of its own"
            errors.append(Flaw(message, line=line))
    return errors


def _names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the names that a module binds and uses, with their lines."""
    for node in ast.walk(tree):
        for name in (getattr(node, each, None) for each in ("id", "name", "attr", "arg", "asname")):
            if isinstance(name, str):
                yield getattr(node, "lineno", 0), name
