"""What an example prints, compared with what it should, as pytest does it: with the flags that pytest adds to doctest.

They are ALLOW_UNICODE and ALLOW_BYTES (`u""` and `b""` are as good as `""`), and NUMBER: numbers have to agree in the
digits that are written down.
"""

import doctest
import math
import re
from collections.abc import Iterable

_PREFIXES = {"ALLOW_UNICODE": "uU", "ALLOW_BYTES": "bB"}
_OF_PYTEST = {name: doctest.register_optionflag(name) for name in (*_PREFIXES, "NUMBER")}
_NUMBER = re.compile(
    r"[+-]?(?:\d*\.(?P<fraction>\d+)|\d+\.)(?:[Ee](?P<power>[+-]?\d+))?|[+-]?\d+[Ee](?P<whole>[+-]?\d+)"
)


def flag_bits(names: Iterable[str]) -> int:
    """Return the flags of doctest that are so called, as it takes them; names that it does not know are left out."""
    return sum({doctest.OPTIONFLAGS_BY_NAME.get(name, 0) for name in names})


class OutputChecker(doctest.OutputChecker):
    """Compares outputs."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Return whether an output is what is wanted."""
        if super().check_output(want, got, optionflags):
            return True
        if not any(optionflags & flag for flag in _OF_PYTEST.values()):
            return False
        for name, letters in _PREFIXES.items():
            if optionflags & _OF_PYTEST[name]:
                want, got = (re.sub(rf"(\W|^)[{letters}]([rR]?['\"])", r"\1\2", text) for text in (want, got))
        if optionflags & _OF_PYTEST["NUMBER"]:
            got = _with_wanted_digits(want, got)
        return super().check_output(want, got, optionflags)


def _with_wanted_digits(want: str, got: str) -> str:
    """Return an output with those of its numbers as they are wanted that agree in the digits which are written down."""
    wanted, found = list(_NUMBER.finditer(want)), list(_NUMBER.finditer(got))
    if len(wanted) != len(found):
        return got
    for expected, number in zip(reversed(wanted), reversed(found), strict=True):
        digits = len(expected["fraction"] or "") - int(expected["power"] or expected["whole"] or 0)
        unit = 10.0 ** max(-300, min(300, -digits))  # of the last digit that is written
        if math.isclose(float(expected[0]), float(number[0]), rel_tol=0, abs_tol=unit):
            got = got[: number.start()] + expected[0] + got[number.end() :]
    return got


def shown(expected: str, got: str) -> tuple[str, str]:
    """Return two texts as a person can tell them apart: in quotes if they differ in what can't be seen alone."""
    if expected != got and _visible(expected) == _visible(got):
        return repr(expected), repr(got)
    return expected, got


def _visible(text: str) -> str:
    return "".join(each for each in text if each.isprintable() and not each.isspace())
