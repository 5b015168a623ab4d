"""What somebody may mean by a word that he looks for in the pages."""

from collections.abc import Iterator, Mapping

_ENDINGS = (
    *("ations", "ation", "ators", "ator", "ings", "ing", "ions", "ion", "ers", "er", "ies", "ied"),
    *("ed", "es", "e", "y", "s"),
)
_LEAST = 4  # letters of a stem: what is shorter is in half of all words

_SAME: Mapping[str, str] = {
    "certificate": "proxy",
    "circular": "cycle",
    "debug": "why",
    "delete": "remove",
    "expensive": "cost",
    "flask": "decorator",
    "fastapi": "decorator",
    "django": "metaclass",
    "logging": "verbose",
    "monorepo": "workspace",
    "mutation": "mutant",
    "offline": "network",
    "parametrize": "@jaunt.test",
    "password": "keys",
    "retry": "attempts",
    "rollback": "eject",
    "secret": "keys",
    "skip": "no_doctests",
    "ssl": "proxy",
    "stream": "answer",
    "submodule": "workspace",
    "undo": "eject",
    "uninstall": "eject",
    "upgrade": "version",
    "windows": "sandbox",
}
"""Words that people look for -> the pages' own word for that."""


def ways_to_say(text: str) -> Iterator[list[str]]:
    """Yield what to look for, one way after the other until something is found: all words of a way have to be there."""
    said = text.lower()
    words = said.split()
    yield [said]
    if len(words) > 1:
        yield words
    yield [stem(word) for word in words]
    yield [_SAME.get(word) or next((_SAME[each] for each in _SAME if stem(each) == stem(word)), word) for word in words]


def stem(word: str) -> str:
    """Return a word without its ending: "pickling" and "pickles" have the stem of "pickle"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST:
            return word.removesuffix(ending)
    return word
