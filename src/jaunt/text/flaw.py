"""A flaw: one thing that is wrong with a candidate, as a record that reads as its words."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from jaunt.text.coded import Coded, code_of


class Flaw(Coded):
    """What a check finds wrong with a candidate: the facts are its attributes, and the words are made of them here.

    It is a str, as callers of the library give errors as texts and get them as texts. What jaunt asks of an error it
    asks of the facts; nothing reads the words back.

    `message` is what is wrong; `line`, from 1, and `file` are where, `symbol` is the definition that it is about, and
    `quoted` the text of the line. `tool` is the program that found it and `kind` its rule, such as F821. `about` is
    what tells that two tools have found the same, such as the name that is not defined. `details` are shown below, by
    name: an example, what it "expected" and what it "got"; where that is an error, `raised` is its class, and
    `raised_at` the line of the candidate. `attempt` is the attempt at the module that it was found in; `code`, one of
    `jaunt.codes`, is the kind that a person is told. What is not known is empty, or 0.
    """

    message: str
    line: int
    file: str
    symbol: str
    quoted: str
    tool: str
    kind: str
    about: str
    details: Mapping[str, str]
    raised: str
    raised_at: int
    attempt: int

    def __new__(cls, message: str, **facts: Any) -> Self:
        """Return a flaw of these facts: `message` and any of the others by name."""
        known = {**_UNKNOWN, **facts, "message": message}
        self = super().__new__(cls, _words(known), known["code"])
        vars(self).update(known)
        return self

    def saying(self, words: str, **facts: Any) -> "Flaw":
        """Return the same flaw with other words; `facts` are those that change too."""
        other = str.__new__(Flaw, words)
        vars(other).update(vars(self), **facts)
        return other

    def coded(self, code: str) -> "Flaw":
        """Return the same flaw with a code, unless it has one."""
        return self if self.code else self.saying(str(self), code=code)

    @property
    def place(self) -> str:
        """What the words begin with where a line is known: "ty: line 3: "."""
        return _place(vars(self))


_UNKNOWN: Mapping[str, Any] = {
    **dict.fromkeys(["code", "file", "symbol", "quoted", "tool", "kind", "about", "raised"], ""),
    **dict.fromkeys(["line", "raised_at", "attempt"], 0),
    "details": {},
}


def flaws(errors: Iterable[str]) -> list[Flaw]:
    """Return errors as flaws; a plain text, as a caller's own check gives it, is a message."""
    return [each if isinstance(each, Flaw) else Flaw(each, code=code_of(each)) for each in errors]


def _words(facts: Mapping[str, Any]) -> str:
    symbol = f"{facts['symbol']}: " if facts["symbol"] else ""
    quoted = f": `{facts['quoted']}`" if facts["quoted"] else ""
    below = "".join(f"\n    {name}: {_indented(text)}" for name, text in facts["details"].items())
    return f"{_place(facts)}{symbol}{facts['message']}{quoted}{below}"


def _place(facts: Mapping[str, Any]) -> str:
    tool = f"{facts['tool']}: " if facts["tool"] else ""
    line = f"{facts['file']}:{facts['line']}: " if facts["file"] else f"line {facts['line']}: "
    return tool + (line if facts["line"] else f"{facts['file']}: " if facts["file"] else "")


def _indented(text: str) -> str:
    return text.rstrip().replace("\n", "\n        ")
