"""The grammar that holds an answer to the exact signatures, read by a small reader of GBNF of the tests' own."""

import re

import pytest

from jaunt.generate.base import ModuleSpecContext
from jaunt.generate.grammar import grammar_of
from jaunt.header import Kind

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|[A-Za-z][A-Za-z0-9-]*|[|()*+?]')


def grammar(*specs: str, kind: Kind = "build") -> re.Pattern[str]:
    """Return what a grammar accepts as a regular expression: these have no rule that leads to itself."""
    sources = {f"app.a:s{number}": spec for number, spec in enumerate(specs)}
    text = grammar_of(ModuleSpecContext(kind, "app.a", "app.__generated__.a", [], sources))
    assert text is not None
    rules = dict(line.split(" ::= ", 1) for line in text.splitlines() if line)

    def expression(name: str) -> str:
        parts = []
        for token in _TOKEN.findall(rules[name]):
            if token[0] == '"':
                literal = re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), token[1:-1])
                parts.append(f"(?:{re.escape(literal)})")
            elif token[0].isalpha():
                parts.append(f"(?:{expression(token)})")
            else:
                parts.append(token.replace("(", "(?:"))
        return "".join(parts)

    return re.compile(expression("root"))


SLUGIFY = 'def slugify(text: str, *, most: int = 80, by: str = "-\\n") -> str:\n    """Return a slug."""\n    ...\n'
HEAD = "def slugify(text: str, *, most: int=80, by: str='-\\n') -> str:\n"
COUNTER = '''class Counter(Base):
    """Counts."""

    size: int = 0

    @property
    def total(self) -> int: ...

    async def add(self, item: "str") -> None: ...
'''


@pytest.mark.parametrize(
    "code",
    [
        f"{HEAD}    return text\n",
        f"import re\nfrom os import path\n\n{HEAD}    words = re.split(r'`', text)\n\n    return by.join(words)\n",
        f"_MOST = 80\n\n\ndef _cut(text: str) -> str:\n    return text[:_MOST]\n\n\n{HEAD}    return _cut(text)\n",
        f"{HEAD}    return _cut(text)\n\n\ndef _cut(text: str) -> str:\n    if 1:\n        return ''\n\n",
    ],
)
def test_an_answer_with_the_exact_signature_is_accepted(code: str) -> None:
    assert grammar(SLUGIFY).fullmatch(f"```python\n{code}```")


@pytest.mark.parametrize(
    "answer",
    [
        "```python\ndef slugify(text: str) -> str:\n    return text\n```",
        f"```python\n{HEAD}```",
        f"Here it is:\n```python\n{HEAD}    return text\n```",
        f"```python\n{HEAD}    return text\n```\nIt joins words.",
        "```python\nimport re\n```",
        f"```python\n{HEAD}    return text\ndef other():\n    return 1\n```",
    ],
)
def test_any_other_answer_is_not(answer: str) -> None:
    assert not grammar(SLUGIFY).fullmatch(answer)


def test_a_class_has_its_methods_in_order_each_by_its_signature() -> None:
    accepted = grammar(COUNTER)
    head = "class Counter(Base):\n    size: int = 0\n\n"
    total = "    @property\n    def total(self) -> int:\n        return self.size\n"
    add = "    async def add(self, item: 'str') -> None:\n        self.size += 1\n"
    assert accepted.fullmatch(f"```python\n{head}{total}\n{add}```")
    assert not accepted.fullmatch(f"```python\n{head}{total}```")
    assert not accepted.fullmatch(f"```python\n{head}{add}\n{total}```")


def test_two_specs_and_the_decorators_of_a_test_stand_in_the_answer() -> None:
    first, second = "def test_a() -> None: ...\n", "def test_b(n: int) -> None: ...\n"
    one = "def test_a() -> None:\n    assert 1\n"
    other = "@pytest.mark.slow\ndef test_b(n: int) -> None:\n    assert n\n"
    answer = f"```python\nimport pytest\n\n{one}\n{other}```"
    assert grammar(first, second, kind="test").fullmatch(answer)
    assert not grammar(first, second).fullmatch(answer), "code may not add decorators"


@pytest.mark.parametrize("spec", ["limit = 3\n", "def f(:\n", ""])
def test_there_is_no_grammar_for_what_is_no_definition(spec: str) -> None:
    assert grammar_of(ModuleSpecContext("build", "app.a", "app.__generated__.a", [], {"app.a:f": spec})) is None
