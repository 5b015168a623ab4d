"""A spec's contract: which changes of its source count, under which name, and what it mentions."""

import ast
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from processes import child_environment

import jaunt
from jaunt.specs.contract import Contract, contract_of, is_detail
from jaunt.specs.digests import combine_parts
from jaunt.syntax.canonical import canonical
from jaunt.syntax.source import parse_source

BASE = '''
import jaunt
from typing import overload

@jaunt.magic
def f(a: int, b: str = "x", *rest: int, key: bool = False) -> list[str]:
    """Do it.

    In two lines.
    """
    ...
'''

CLASS = '''
import jaunt

@jaunt.magic
class Token(Base):
    """A token."""

    size: int = 3

    def create(self, n: int) -> "Token":
        """Make one."""
        ...

    def prompt(self) -> str: ...
'''


def contract(text: str, name: str = "f", module: str = "app.m") -> Contract:
    return contract_of(parse_source(module, "app/m.py", text.encode()), name)


def changed_parts(old: str, new: str, name: str = "f") -> list[str]:
    before, after = contract(old, name).parts, contract(new, name).parts
    moved = sorted(part for part in {*before, *after} if before.get(part) != after.get(part))
    return [part for part in moved if not is_detail(part)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('b: str = "x"', "b: str = 'x'"),
        ('b: str = "x"', 'b:str="x"'),
        ('(a: int, b: str = "x"', '(\n    a: int,  # the first\n    b: str = "x"'),
        ("key: bool = False)", "key: bool = False,\n)"),
        ("    ...\n", "    pass\n"),
        ("    ...\n", ""),
        ("    ...\n", "    raise NotImplementedError\n"),
        ("    ...\n", '    raise NotImplementedError("to be generated")\n'),
        ("    ...\n", "    ...  # why\n    # more\n"),
        ("    ...\n", "    pass\n    raise NotImplementedError()\n"),
        ('"""', "'''"),
        ("    In two lines.\n", "    In two lines.   \n\n\n"),
        ('    """Do it.\n\n    In two lines.\n    """\n', '    """Do it.\n\n       In two lines."""\n'),
        ("import jaunt\nfrom typing import overload\n", "from typing import overload\nimport jaunt\n"),
        ("@jaunt.magic\n", "@jaunt.magic()\n"),
        ("\n\n@", "\n\nHELPER = 3\ndef other(): ...\n\n@"),
        ("\n", "\r\n"),
    ],
)
def test_what_only_looks_different_changes_nothing(old: str, new: str) -> None:
    assert old in BASE
    assert changed_parts(BASE, BASE.replace(old, new)) == []


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("a: int", "a: float", ["signature"]),
        ("a: int", "c: int", ["signature"]),
        ('b: str = "x"', 'b: str = "y"', ["signature"]),
        ("a: int", "a", ["signature"]),
        ("a: int, ", "a: int, /, ", ["signature"]),
        ("*rest: int, ", "*, ", ["signature"]),
        (" -> list[str]", "", ["signature"]),
        ("def f", "async def f", ["signature"]),
        ("@jaunt.magic\n", "@jaunt.magic\n@cache\n", ["signature"]),
        ("@jaunt.magic\n", "@overload\ndef f(a: int) -> list[str]: ...\n@jaunt.magic\n", ["signature"]),
        ("Do it.", "Do that.", ["docstring"]),
        ("    In two", "      In two", []),
        ("    ...\n", "    return [b]\n", ["body"]),
        ("    ...\n", "    return 1\n    raise NotImplementedError\n", ["body"]),
        ("key: bool = False", "key: bool = 0", ["signature"]),
        ("key: bool = False", "key: bool = 0.0", ["signature"]),
    ],
)
def test_each_change_is_named_after_its_part(old: str, new: str, parts: list[str]) -> None:
    assert old in BASE
    assert changed_parts(BASE, BASE.replace(old, new)) == parts


def test_a_not_implemented_error_after_real_code_counts() -> None:
    code = "def f(x):\n    if x:\n        return 1\n"
    assert changed_parts(code, code + "    raise NotImplementedError\n") == ["body"]


def test_the_order_of_overloads_counts() -> None:
    head = "from typing import overload\n"
    one, two = "@overload\ndef f(x: int) -> int: ...\n", "@overload\ndef f(x: object) -> str: ...\n"
    last = "def f(x): ...\n"
    assert changed_parts(head + one + two + last, head + two + one + last) == ["signature"]
    assert changed_parts(head + one + last, head + one.replace("...", "pass") + last) == []


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("(Base)", "(Base, Other)", ["signature"]),
        ("(Base)", "(Base, frozen=True)", ["signature"]),
        ("A token.", "One token.", ["docstring"]),
        ("size: int = 3", "size: int = 4", ["attributes"]),
        ("size: int = 3\n", "size: int = 3\n    kind: str\n", ["attributes"]),
        ("Make one.", "Make two.", ["method create"]),
        ("n: int", "n: str", ["method create"]),
        ("def prompt(self) -> str", "def prompt(self) -> bytes", ["method prompt"]),
        ("    def prompt", "    @property\n    def prompt", ["method prompt"]),
        ("prompt(self)", "deps(self)", ["method deps", "method prompt"]),
        ("    def prompt", "    class signature: ...\n    def prompt", ["class signature"]),
    ],
)
def test_each_change_of_a_class_is_named_after_its_member(old: str, new: str, parts: list[str]) -> None:
    assert old in CLASS
    assert changed_parts(CLASS, CLASS.replace(old, new), "Token") == parts


@pytest.mark.parametrize(
    ("old", "new", "details"),
    [
        ("Make one.", "Make two.", ["create.docstring"]),
        ("n: int", "n: str", ["create.signature"]),
        ("    def prompt", "    @property\n    def prompt", ["prompt.signature"]),
        ("    def prompt", "    class prompt:\n        def x(self): ...\n    def prompt", []),
        ("size: int = 3", "size: int = 4", []),
    ],
)
def test_what_of_a_method_moved_is_told_and_adds_nothing_to_the_digest(old: str, new: str, details: list[str]) -> None:
    assert old in CLASS
    before, after = contract(CLASS, "Token").parts, contract(CLASS.replace(old, new), "Token").parts
    shown = {part for part in {*before, *after} if is_detail(part) and not part.startswith("@")}
    assert sorted(part for part in shown if before.get(part) != after.get(part)) == details
    assert combine_parts(after) == combine_parts({p: digest for p, digest in after.items() if not is_detail(p)})


@pytest.mark.parametrize("name", ["signature", "docstring", "attributes", "body", "deps", "prompt"])
def test_a_method_may_be_called_like_a_part(name: str) -> None:
    one, two = (f"class Token:\n    def {name}(self) -> {result}: ...\n" for result in ("int", "str"))
    assert changed_parts(one, two, "Token") == [f"method {name}"]


def test_the_order_of_methods_does_not_count_but_that_of_attributes_does() -> None:
    one, two = "    def a(self): ...\n", "    def b(self): ...\n"
    assert changed_parts(f"class C:\n{one}{two}", f"class C:\n{two}{one}", "C") == []
    assert changed_parts("class C:\n    a: int\n    b: int\n", "class C:\n    b: int\n    a: int\n", "C") == [
        "attributes"
    ]


def test_a_propertys_getter_and_setter_count_both() -> None:
    text = (
        "class C:\n    @property\n    def x(self) -> int: ...\n"
        "    @x.setter\n    def x(self, value: int) -> None: ...\n"
    )
    assert changed_parts(text, text.replace("def x(self) -> int", "def x(self) -> str"), "C") == ["method x"]
    assert changed_parts(text, text.replace("value: int", "value: str"), "C") == ["method x"]


def test_a_class_of_stubs_is_the_same_in_every_form() -> None:
    forms = ["...", "pass", '"""Doc."""', '"""Doc."""\n    ...', '"""Doc."""\n    pass']
    assert changed_parts(f"class C:\n    {forms[0]}\n", f"class C:\n    {forms[1]}\n", "C") == []
    assert changed_parts(f"class C:\n    {forms[2]}\n", f"class C:\n    {forms[3]}\n", "C") == []
    assert changed_parts(f"class C:\n    {forms[3]}\n", f"class C:\n    {forms[4]}\n", "C") == []
    assert changed_parts("class C:\n    x: int\n", "class C:\n    x: int\n    pass\n", "C") == []


@pytest.mark.parametrize(
    ("body", "documented"),
    [('"""Yes."""', True), ('""', False), ('"""  \n  """', False), ("...", False), ('f"x"', False)],
)
def test_an_empty_docstring_is_none(body: str, documented: bool) -> None:
    assert contract(f"def f():\n    {body}\n").documented is documented


def test_syntax_of_any_depth_has_a_canonical_form() -> None:
    tree = ast.parse("x = " + "+".join(["1"] * 1_400))
    assert canonical(tree).count("Constant") == 1_400


def test_numbers_of_any_length_have_a_canonical_form() -> None:
    assert canonical(ast.parse("x = 0x" + "f" * 10_000)) != canonical(ast.parse("x = 0x" + "e" * 10_000))


EXPRESSIONS = [
    *("1", "1.0", "True", "None", "...", "'a'", "b'a'", "1j", "-1", "'1'", "'None'", "x"),
    *("[]", "()", "{}", "[None]", "{**x}", "[x]", "(x,)", "{x}"),
]


@given(st.sampled_from(EXPRESSIONS), st.sampled_from(EXPRESSIONS))
def test_different_syntax_has_different_canonical_forms(one: str, two: str) -> None:
    same = canonical(ast.parse(one)) == canonical(ast.parse(two))
    assert same == (one == two)


AWKWARD = r'''
from typing import overload

class Spec(Base[int], metaclass=M, frozen=True):
    """A docstring,
    §twith a tab,
    §and a no-break space,

    \d and trailing blanks.   
    """

    size: "int | None" = 0xFF

    @overload
    def f(self, x: int) -> int: ...
    @overload
    def f(self, x: str, /, *a: *Ts, k: int = 1_000, **kw: P.kwargs) -> str: ...
    def f(self, x, *a, k=1, **kw):
        y = f"{x:}" f"{x!r:>{k}}" f"{x=}" f"{x:{k}{k}}" f"{x:a{k}b}" f"" "" f"{{}}{x}" "tail" f"{x:%H:%M}"
        z = x[1, *a], x[1:2, ::3], (yield), -1, 1e999, 1j, b"\x00", "\ud800", None, ..., True
        match x:
            case {"a": 1, **rest} if k: pass
            case [1, *_] | Point(x=0) | None: pass
        try:
            pass
        except* ValueError as e:
            raise e from None
        async def g(): return [i async for i in x if await i]
        with a as b, (c): del b; global d; assert (lambda *a, b=1, **k: 0)(*a, **kw), "m"
        return (w := not x), 1 < 2 <= 3, x if y else z, {*a}, {**kw, "a": 1}, {i: i for i in x}
'''.replace("§t", "\t").replace("§", "\u00a0\u00a0")

CHILD = """
import json, sys
from jaunt.specs.contract import contract_of
from jaunt.syntax.source import parse_source
print(json.dumps(contract_of(parse_source("m", "m.py", sys.stdin.buffer.read()), "Spec").parts))
"""


@pytest.mark.parametrize("python", ["python3.11", "python3.12", "python3.13", "python3.14"])
def test_every_python_finds_the_same_contract(python: str, tmp_path: Path) -> None:
    program = shutil.which(python)
    if program is None or subprocess.run([program, "-c", ""], check=False, capture_output=True).returncode:
        pytest.skip(f"{python} is not installed")
    child = subprocess.run(
        [program, "-c", CHILD],
        input=AWKWARD.encode(),
        cwd=tmp_path,
        env=child_environment(PYTHONPATH=str(Path(jaunt.__file__).parents[1])),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == 0, child.stderr.decode()
    parts = json.loads(child.stdout)
    assert len(parts) > 3
    assert parts == contract(AWKWARD, "Spec").parts


FUNCTION = (
    "(FunctionDef name='f' args=(arguments args=[(arg arg='a')] kwonlyargs=[(arg arg='b' annotation=(Name id='int'))]"
    " kw_defaults=[(Constant value=0x1)]) body=[(Expr value=(Constant value=Ellipsis))])"
)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("x", "(Expr value=(Name id='x'))"),
        ("ä.b", "(Expr value=(Attribute value=(Name id='\\xe4') attr='b'))"),
        ("f''", "(Expr value=(JoinedStr values=[]))"),
        ("None, 0, '', ()", "(Expr value=(Tuple elts=[(Constant)(Constant value=0x0)(Constant value='')(Tuple)]))"),
        ("pass", "(Pass)"),
        ("def f(a, *, b: int = 1): ...", FUNCTION),
    ],
)
def test_the_canonical_form_stays_what_headers_were_written_with(text: str, form: str) -> None:
    assert canonical(ast.parse(text).body) == f"[{form}]"
    assert (canonical([]), canonical(None)) == ("[]", "None")
