"""Answers: the code that is taken out of what a model says."""

import json
import textwrap
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jaunt.generate.answer.extract import extract_code

CODE = 'def f():\n    """Do it."""\n    return 1\n'

FENCED_DOC = 'def f():\n    """Do it:\n\n```python\nf()\n```\n\n    Or not.\n    """\n    return 1\n'


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (CODE, CODE),
        (CODE.rstrip(), CODE),
        (f"\n\n{CODE}\n\n", CODE),
        ("\ufeff" + CODE.replace("\n", "\r\n"), CODE),
        (f"```python\n{CODE}```", CODE),
        (f"```\n{CODE}```\n", CODE),
        (f"```py title=x\n{CODE}```   \n", CODE),
        (f"Sure! Here it is:\n\n```python\n{CODE}```\n\nIt returns 1.", CODE),
        (f"First a hint:\n```sh\npip\n```\nThen:\n```python\n{CODE}```\n", CODE),
        (f"<think>\nLet me see:\n```python\nwrong\n```\n</think>\n\n{CODE}", CODE),
        (f"<think>x</think>```python\n{CODE}```", CODE),
        (f"````python\n{CODE}````", CODE),
        (f"```python\n{CODE}", CODE),
        (FENCED_DOC, FENCED_DOC),
        (f"```python\n{FENCED_DOC}```", FENCED_DOC),
        (f"````python\n{FENCED_DOC}````", FENCED_DOC),
        (f"Here:\n\n```python\n{FENCED_DOC}```\n\nDone.", FENCED_DOC),
        (f"Here:\n\n````python\n{FENCED_DOC}````\n\nDone.", FENCED_DOC),
    ],
)
def test_code_is_taken_out_of_an_answer(answer: str, code: str) -> None:
    assert extract_code(answer) == code


def test_an_answer_without_code_is_left_to_the_checks() -> None:
    assert extract_code("I can't do that.") == "I can't do that.\n"
    assert extract_code("```python\ndef (\n```") == "def (\n"
    assert extract_code("") == "\n"


@given(st.text())
def test_any_answer_gives_text_that_ends_in_one_newline(answer: str) -> None:
    code = extract_code(answer)
    assert code.endswith("\n") and not code.endswith("\n\n")


# ----------------------------------------------------------------------------------------------------
# Answers of which only the required names tell where the code is

USE = "from app.add import add\n\nprint(add(1, 2))  # prints 3, as everybody would expect of it\n"
STUB = 'def add(a: int, b: int) -> int:\n    """Return the sum of a and b, which are numbers."""\n    ...\n'
ADD = "def add(a: int, b: int) -> int:\n    return a + b\n"
SUB = "def sub(a: int, b: int) -> int:\n    return a - b\n"
LIMIT = "import re\n\n_LIMIT = re.compile('x')\n"


def fenced(code: str, language: str = "python", fence: str = "```") -> str:
    return f"{fence}{language}\n{code}{fence}\n"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (fenced(ADD) + "\nUse it so:\n\n" + fenced(USE), ADD),
        (fenced(STUB) + "becomes\n" + fenced(ADD), ADD),
        (fenced('{"explanation": "it adds the two numbers, and gives their sum back"}\n', "json") + fenced(ADD), ADD),
        (fenced(ADD) + fenced(ADD) + fenced(ADD), ADD),
        (fenced(ADD) + fenced(f"{LIMIT}\n\n{ADD}"), f"{LIMIT}\n\n{ADD}"),
        (fenced(ADD) + "Example:\n```python\nprint(add(1,", ADD),
        (fenced(ADD, fence="~~~") + fenced(USE), ADD),
        (fenced("pip install it\n", "sh") + "1. Then:\n\n   " + fenced(ADD).replace("\n", "\n   "), ADD),
        (ADD + "\nUse it so:\n\n" + fenced(USE), ADD),
        (fenced(STUB), STUB),
        (fenced(STUB) + fenced(USE), STUB),
        (fenced("def other(): return 1\n"), "def other(): return 1\n"),
    ],
)
def test_the_block_that_defines_the_required_names_is_taken(answer: str, code: str) -> None:
    assert extract_code(answer, ["add"]) == code


@pytest.mark.parametrize(
    "code",
    [
        f"{ADD}\n\ndef _helper(:\n    pass\n",
        f"def _helper(:\n    pass\n\n\n{ADD}",
        f"{ADD}\n\ntry:\n    LIMIT = add(1, 2)\n",
        "def add(a, b):\n    a = 1\n    return (a\n",
        f"{ADD}\n\n(\nLIMIT = 1\n",
    ],
)
def test_code_that_cannot_be_parsed_is_not_cut_to_what_can(code: str) -> None:
    assert extract_code(code, ["add"]) == code
    assert extract_code(f"Here it is:\n\n{code}\nIt adds.\n", ["add"]) == f"Here it is:\n\n{code}\nIt adds.\n"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (fenced(ADD) + "and\n" + fenced(SUB), f"{ADD}\n\n{SUB}"),
        (fenced(LIMIT) + fenced(STUB) + fenced(ADD) + fenced(SUB) + fenced(USE), f"{LIMIT}\n\n{ADD}\n\n{SUB}"),
        (fenced(ADD) + fenced(SUB) + fenced(f"{ADD}\n\n{SUB}"), f"{ADD}\n\n{SUB}"),
        (fenced(ADD) + fenced(ADD) + fenced(SUB), f"{ADD}\n\n{SUB}"),
        (fenced("(a\n") + fenced(SUB) + fenced(ADD), f"{SUB}\n\n{ADD}"),
    ],
)
def test_blocks_that_define_the_required_names_together_are_joined(answer: str, code: str) -> None:
    assert extract_code(answer, ["add", "sub"]) == code


@pytest.mark.parametrize(
    ("stub", "real"),
    [
        ("class A:\n    def f(self): ...\n", "class A:\n    def f(self): return 1\n"),
        ("def A(): raise NotImplementedError('some day')\n", "async def A(): return 1\n"),
        ('def A():\n    """Do it all."""\n    pass\n', "A = len\n"),
    ],
)
def test_a_stub_counts_less_than_a_body(stub: str, real: str) -> None:
    assert extract_code(fenced(stub) + fenced(real), ["A"]) == real
    assert extract_code(fenced(real) + fenced(stub), ["A"]) == real


def test_an_empty_class_is_no_stub() -> None:
    assert extract_code(fenced("class A(Exception): pass\n") + fenced("A = 1\n"), ["A"]) == "class A(Exception): pass\n"


# ----------------------------------------------------------------------------------------------------
# Thoughts


def test_of_thoughts_that_never_end_nothing_is_the_answer() -> None:
    assert extract_code(f"<think>\nLet me see:\n{fenced(ADD)}", ["add"]) == "\n"


@pytest.mark.parametrize("answer", [f"So I add.\n</think>\n\n{ADD}", f"Like {fenced(STUB)}\n</think>{fenced(ADD)}"])
def test_thoughts_without_their_opening_tag_are_no_answer(answer: str) -> None:
    assert extract_code(answer, ["add"]) == ADD


@pytest.mark.parametrize("wrap", [str, fenced])
def test_code_may_speak_of_thoughts(wrap: Callable[[str], str]) -> None:
    code = 'def add(a, b):\n    """\n    <think>\n</think>\n    """\n    return "</think>"\n'
    assert extract_code(wrap(code), ["add"]) == code


# ----------------------------------------------------------------------------------------------------
# What is left over from the spec


@pytest.mark.parametrize("wrap", [str, fenced])
def test_what_is_left_over_from_the_spec_is_dropped(wrap: Callable[[str], str]) -> None:
    assert extract_code(wrap(f"import jaunt\n\n\n@jaunt.magic\n{ADD}"), ["add"]) == ADD


# ----------------------------------------------------------------------------------------------------
# Envelopes

LITERALS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(repr)
DOCS = st.lists(
    st.sampled_from(["Say it.", "", "    deeper", ">>> add(1)", "1", "Sure:", "def add(x): ...", "    ```", "<think>"]),
    max_size=6,
)


def function(doc: list[str], literal: str) -> str:
    lines = "\n".join(f"    {line}".rstrip() for line in doc)
    return f'def add(x):\n    r"""Do it.\n{lines}\n    """\n    return {literal}\n'


MODULES = st.builds(
    lambda head, doc, literal, tail: f"{head}{function(doc, literal)}{tail}",
    st.sampled_from(["", "import re\n\n\n", '"""A module."""\n\n', "# Of it.\n", "LIMIT: int = 3\n", "@cache\n"]),
    DOCS,
    LITERALS,
    st.sampled_from(["", "\n\nclass Thing:\n    x = 1\n", "\n\ntry:\n    A = {\n    }\nexcept OSError:\n    pass\n"]),
)
BEFORE, AFTER = "Sure, here's the module (it is short):\n\n", "\nIt doesn't do more than that, as I see it.\n"
ENVELOPES: dict[str, Callable[[str], str]] = {
    "none": str,
    "fence": fenced,
    "fence without a language": lambda code: fenced(code, ""),
    "long fence": lambda code: fenced(code, fence="`````"),
    "tildes": lambda code: BEFORE + fenced(code, fence="~~~") + AFTER,
    "prose around a fence": lambda code: BEFORE + fenced(code) + AFTER,
    "fence on the line of the prose": lambda code: f"Sure: {fenced(code)}{AFTER}",
    "fence in a list": lambda code: f"1. Code:\n\n{textwrap.indent(fenced(code), '   ', lambda _: True)}\n2. Done.\n",
    "fence that begins a list item": lambda code: "- " + textwrap.indent(fenced(code), "  ", lambda _: True)[2:],
    "no closing fence": lambda code: f"{BEFORE}```python\n{code}",
    "no opening fence": lambda code: f"{code}```\n",
    "no opening fence, prose": lambda code: f"{code}```\n{AFTER}",
    "closing fence on the last line": lambda code: f"```python\n{code.rstrip()}```",
    "prose before": lambda code: BEFORE + code,
    "prose after": lambda code: code + AFTER,
    "prose around": lambda code: BEFORE + code + AFTER,
    "thoughts": lambda code: f"<think>\nHm, {fenced('add')}</think>\n{fenced(code)}",
    "thoughts, no opening tag": lambda code: f"Hm, I think.\n</think>\n\n{code}",
    "CRLF": lambda code: ("\ufeff" + BEFORE + fenced(code) + AFTER).replace("\n", "\r\n"),
    "example": lambda code: fenced(code) + "\nUse it so:\n\n" + fenced("print(add(1))\n"),
}


@pytest.mark.parametrize("name", ENVELOPES)
@given(MODULES)
@example('# Of it.\ndef add(x):\n    """Do it.\n    ```\ndef add(x): ...\n    ```\n    """\n    return 1\n')
def test_a_module_comes_out_of_any_envelope_as_it_went_in(name: str, code: str) -> None:
    assert extract_code(ENVELOPES[name](code), ["add"]) == code


@pytest.mark.parametrize(
    "answer",
    ["```\n" * 20_000, "x = 1 is wrong\n" * 20_000, "a: ```\n" * 20_000, " " * 200_000 + "```", "</think>" * 30_000],
    ids=["fences", "prose", "prose and fences", "blanks", "thoughts"],
)
def test_no_answer_takes_for_ever(answer: str) -> None:
    begin = time.process_time()
    assert extract_code(answer, ["add"]).endswith("\n")
    assert time.process_time() - begin < 20


# Wrappings and demonstrations


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps({"code": CODE}),
        json.dumps({"language": "python", "files": [{"name": "f.py", "content": CODE}]}, indent=2),
        json.dumps(f"```python\n{CODE}```"),
        textwrap.indent(f"Here:\n\n```python\n{CODE}```\n\nDone.", "> ", lambda line: True),
        textwrap.indent(f"```python\n{CODE}```", ">", lambda line: True),
        f"```python\n\ufeff{CODE}```",
        f"```python\n{CODE.replace('    ', chr(0xA0) * 4)}```",
        f"```python\n{CODE.replace('    ', chr(0x3000) + '   ')}```",
        f"```python\n{CODE}\nprint(f())\n```",
        f"```python\n{CODE}\n\n# Try it:\nassert f() == 1, 'no'\nprint(f())\n```",
        f'```python\n{CODE}\n\nif __name__ == "__main__":\n    print(f())\n```',
        f"{CODE}\nf()\n",
        f"```json\n{json.dumps({'code': CODE})}\n```",
        f"Here is the code:\n\n{json.dumps({'code': CODE})}\n",
        f"Here it is.\n```json\n{json.dumps({'thoughts': 'It is easy.', 'code': CODE}, indent=1)}\n```\nDone.",
        textwrap.indent(CODE, "> ", lambda line: True),
        f"```python\n{CODE}\n\nfor i in range(3):\n    print(i, f())\n```",
        f"```python\n{CODE}\n\nresult = f()\nprint(result)\n```",
        f"```python\n{CODE}\n\ntry:\n    f()\nexcept TypeError:\n    print('no')\nelse:\n    pass\n```",
        f"First:\n```python\n{CODE.replace('1', '2  # a longer line')}```\nNo, that is 2:\n```python\n{CODE}```",
    ],
)
def test_what_stands_around_the_code_is_taken_away(answer: str) -> None:
    code = extract_code(answer, ["f"])
    assert code.replace("# Try it:\n", "").rstrip() + "\n" == CODE


@pytest.mark.parametrize(
    "code",
    [
        f"{CODE}\nprint = f\n",
        f"assert f\n\n{CODE}",
        f"{CODE}\nregister(f)\n",
        f"{CODE}\nfor i in range(3):\n    f()\n",
        f"{CODE}\nONE = f()\n",
        f"{CODE}\nfor i in range(3):\n    print(i)\n    register(i)\n",
        f"{CODE}\ntry:\n    import tomllib\nexcept ImportError:\n    print('no')\n",
        f'{CODE}\nTEXT = "a{chr(0xA0)}b"\n',
        f"{CODE}\nif __name__ != '__main__':\n    A = 1\n",
    ],
)
def test_what_belongs_to_the_code_stays(code: str) -> None:
    assert extract_code(f"```python\n{code}```", ["f"]) == code


def test_a_second_block_that_is_only_a_sketch_corrects_nothing() -> None:
    sketch = 'def f():\n    """Do it."""\n    ...\n'
    assert extract_code(f"```python\n{CODE}```\nIts outline:\n```python\n{sketch}```", ["f"]) == CODE
