"""The cases of a contract: the examples and properties in docstrings, apart from the words around them."""

from collections.abc import Iterator

_PROMPT = ">>>"
_PROPERTIES = "Properties:"


def may_have_cases(text: str) -> bool:
    """Return whether there can be a case in the source of a spec module; most have none."""
    return _PROMPT in text or _PROPERTIES in text


def case_lines(docstring: str) -> Iterator[str]:
    """Yield the lines of a cleaned docstring's examples, from `>>>` to a blank line, and of its section `Properties:`.

    They come without the blanks around them, so that a section may be indented anew.
    """
    is_example, section = False, -1  # the column of the heading
    for line in docstring.split("\n"):
        text, column = line.strip(), len(line) - len(line.lstrip())
        if text and column <= section:
            section = -1
        is_example = bool(text) and (is_example or text.startswith(_PROMPT))
        if is_example or (text and section >= 0):
            yield text
        if text == _PROPERTIES:
            section = column
