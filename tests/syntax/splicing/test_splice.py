"""Splices: what is asked for is put in, and every other definition stays byte for byte."""

import ast
from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaunt.syntax.splicing.blocks import blocks_of
from jaunt.syntax.splicing.splice import splice

OLD = '''\
"""What a model wrote."""

import re
from math import ceil, floor

_X = re.compile("x")


# About one.
def one(x: int) -> int:
    return _help(x) + ceil(0.5)


def _help(x):
    return x + LIMIT


LIMIT = 3


def two(y: int) -> int:
    """Two."""
    return floor(_help(y))   # odd   spacing


def three() -> int:
    return len(_X.pattern)
'''


def spliced(answer: str, *, asked: str = "one", kept: str = "two three", removed: str = "", old: str = OLD) -> str:
    found = splice(old, answer, asked=asked.split(), kept=kept.split(), removed=removed.split())
    assert found.errors == ()
    compile(found.text, "spliced", "exec")
    return found.text


def refused(answer: str, *, old: str = OLD) -> list[str]:
    found = splice(old, answer, asked=["one"], kept=["two", "three"])
    assert found.text == ""
    return list(found.errors)


def test_a_definition_takes_the_place_of_the_old_one() -> None:
    text = spliced("def one(x: int) -> int:\n    return _help(x)\n")
    assert text == OLD.replace("# About one.\n", "").replace(" + ceil(0.5)", "").replace("ceil, floor", "floor")


def test_helpers_constants_and_imports_come_along() -> None:
    helper = "import json\n_Y = 5\ndef _text(z):\n    return json.dumps(z) * _Y\n"
    text = spliced(f"{helper}def one(x: int) -> int:\n    return len(_text(x))\n")
    namespace: dict[str, object] = {}
    exec(text, namespace)
    assert eval("one(12), two(1.5), three()", namespace) == (10, 4, 1)
    assert 'def two(y: int) -> int:\n    """Two."""\n    return floor(_help(y))   # odd   spacing\n' in text


def test_what_only_replaced_code_needed_goes_and_what_is_shared_stays() -> None:
    text = spliced("def three() -> int:\n    return 3\n", asked="three", kept="one two")
    assert "_X" not in text
    assert "import re" not in text
    assert "def _help" in text
    assert text.startswith('"""What a model wrote."""\n\nfrom math import ceil, floor\n')


def test_a_removed_spec_takes_what_it_alone_needed_along() -> None:
    text = spliced("", asked="", kept="one two", removed="three")
    assert text == OLD.replace("import re\n", "").replace('_X = re.compile("x")\n\n\n', "\n").replace(
        "\n\n\ndef three() -> int:\n    return len(_X.pattern)\n", "\n"
    ).replace("floor\n\n\n\n#", "floor\n\n\n#")


def test_a_removed_spec_that_another_one_uses_stays_as_its_helper() -> None:
    old = OLD.replace("floor(_help(y))", "floor(_help(y)) + three()")
    assert spliced("", asked="", kept="one two", removed="three", old=old) == old


def test_a_new_spec_comes_at_the_end() -> None:
    assert spliced("def four() -> int:\n    return 4\n", asked="four", kept="one two three") == (
        f"{OLD}\n\ndef four() -> int:\n    return 4\n"
    )


def test_the_names_that_a_module_exports_follow_its_specs() -> None:
    old = OLD.replace("_X =", '__all__ = ["one", "three", "two"]\n_X =', 1)
    text = spliced("def four() -> int:\n    return 4\n", asked="four", kept="one two", removed="three", old=old)
    assert '__all__ = ["one", "two", "four"]\n' in text


def test_what_an_answer_says_of_other_specs_is_left_out() -> None:
    whole = OLD.replace("ceil(0.5)", "ceil(0.7)").replace("# odd   spacing", "# tidy").replace("LIMIT = 3", "LIMIT = 3")
    text = spliced(f"{whole}\n\nif __name__ == '__main__':\n    print(one(1))\n")
    assert text == OLD.replace("ceil(0.5)", "ceil(0.7)")


def test_overloads_go_with_their_definition() -> None:
    old = OLD.replace("import re", "import re\nfrom typing import overload").replace(
        "# About one.\ndef one",
        "@overload\ndef one(x: int) -> int: ...\n@overload\ndef one(x: bool) -> int: ...\ndef one",
    )
    text = spliced("def one(x: int) -> int:\n    return 1\n", old=old)
    assert text.count("def one") == 1
    assert "overload" not in text


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("def other() -> int:\n    return 1\n", "does not define one"),
        (
            "def _help(x):\n    return 1\ndef one(x: int) -> int:\n    return _help(x)\n",
            "_help is used by two too, and has to stay as it is: give yours another name",
        ),
        (
            "LIMIT = 4\ndef one(x: int) -> int:\n    return LIMIT\n",
            "LIMIT is used by _help too, and has to stay as it is: give yours another name",
        ),
        (
            "from cmath import floor\ndef one(x: int) -> int:\n    return floor(x)\n",
            "floor is used by two too, and has to stay as it is: give yours another name",
        ),
        (
            "def one(x: int) -> int:\n    return 1\none(2)\n",
            "line 3: a statement that defines nothing can't be put into the module",
        ),
    ],
)
def test_what_would_change_other_definitions_is_refused_in_words_for_a_model(answer: str, error: str) -> None:
    assert refused(answer) == [error]


def test_a_splice_of_its_own_result_changes_nothing() -> None:
    text = spliced("import json\ndef one(x: int) -> int:\n    return len(json.dumps(x))\n")
    assert spliced(text, old=text) == text
    assert spliced(text) == text


NAMES = [f"spec{n}" for n in range(4)] + [f"_helper{n}" for n in range(4)] + [f"CONST{n}" for n in range(2)]


@st.composite
def modules(draw: st.DrawFn, names: list[str] = NAMES) -> str:
    """A module of specs, helpers and constants that use each other, in any order, with any gaps and comments."""
    parts = []
    for name in draw(st.permutations(names)):
        used = draw(st.lists(st.sampled_from(names), max_size=2))
        number = draw(st.integers(0, 9))
        comment = draw(st.sampled_from(["", "# above\n", "# two\n# lines\n"]))
        if name.startswith("CONST"):
            parts.append(f"{comment}{name} = {number}\n")
        else:
            uses = "".join(f"\n    {each}" for each in used)
            parts.append(f"{comment}def {name}():{uses}\n    return  {number}  # {name}\n")
    imports = draw(
        st.lists(st.sampled_from(["import re\n", "import json\n", "from math import ceil, floor\n"]), unique=True)
    )
    gaps = [draw(st.sampled_from(["", "\n", "\n\n"])) for _ in parts]
    return "".join([*imports, *(f"{gap}{part}" for gap, part in zip(gaps, parts, strict=True))])


def texts(module: str) -> dict[str, str]:
    """Return name -> the text of its definition, the comments above it included."""
    return {name: block.text for block in blocks_of(module)[0] if not block.is_import for name in block.binds}


def reached(module: str, roots: set[str], *, beyond: Collection[str] = ()) -> set[str]:
    """Return the names that definitions need, found by a walk of the syntax: the slow reference.

    What those in `beyond` need is left out.
    """
    uses = {
        node.name: {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        for node in ast.parse(module).body
        if isinstance(node, ast.FunctionDef) and node.name not in beyond
    }
    found, before = roots, set[str]()
    while found != before:
        before, found = found, found.union(*(uses.get(name, set()) for name in found))
    return found


@settings(max_examples=300)
@given(old=modules(), answer=modules(), data=st.data())
def test_the_rest_of_a_module_stays_byte_for_byte_and_nothing_needed_is_lost(
    old: str, answer: str, data: st.DataObject
) -> None:
    specs = [name for name in NAMES if name.startswith("spec")]
    asked = set(data.draw(st.lists(st.sampled_from(specs), min_size=1, unique=True)))
    kept = set(specs) - asked
    removed = set(data.draw(st.lists(st.sampled_from(sorted(kept)), unique=True))) if kept else set()
    kept -= removed
    found = splice(old, answer, asked=asked, kept=kept, removed=removed)
    before, given_, stays = texts(old), texts(answer), reached(old, kept, beyond=asked)
    if found.errors:
        changed = {name for name in before if before[name] != given_.get(name, before[name])} - asked - kept
        others = [text for name, text in before.items() if name not in asked]
        assert any(name in text for name in changed for text in others)  # what others use would be another
        return
    after = texts(found.text)
    assert {name: after[name] for name in stays - asked if name in before} == {
        name: before[name] for name in stays - asked if name in before
    }
    assert {name: after[name] for name in asked} == {name: given_[name] for name in asked}
    assert reached(found.text, asked | kept) & {*NAMES} <= after.keys()
    assert {name for name in removed if name not in reached(found.text, asked | kept)}.isdisjoint(after)


MOVED = """\
from app.people import greet
from app.tools import clamp, pad


def one() -> str:
    return greet() + clamp() + pad()


def _help() -> str:
    return ""


def two() -> str:
    return ""
"""


@pytest.mark.parametrize(
    ("answer", "gone", "left"),
    [
        ("from app.persons import greet\n\n\ndef one():\n    return greet()\n", "app.people", "from app.persons"),
        ("from app.util import clamp\n\n\ndef one():\n    return clamp()\n", "app.tools", "from app.util import clamp"),
        (
            "from app import util as pad\n\n\ndef one():\n    return pad.x()\n",
            "app.tools",
            "from app import util as pad",
        ),
        ("def clamp():\n    return 1\n\n\ndef one():\n    return clamp()\n", "app.tools", "def clamp"),
        ("from app.util import _help\n\n\ndef one():\n    return _help()\n", "def _help", "from app.util import _help"),
    ],
)
def test_what_an_answer_binds_anew_takes_the_place_of_what_bound_it(answer: str, gone: str, left: str) -> None:
    # A name that came from a module which is gone, and comes from another one now, say.
    text = spliced(answer, asked="one", kept="two", old=MOVED.replace("+ pad()", "+ pad() + _help()"))
    assert (gone in text, text.count(left)) == (False, 1)


def test_the_other_names_of_an_import_stay() -> None:
    old = MOVED.replace('def two() -> str:\n    return ""', "def two() -> str:\n    return pad()")
    text = spliced("from app.util import clamp\n\n\ndef one():\n    return clamp()\n", asked="one", kept="two", old=old)
    assert ("from app.tools import pad\n" in text, "from app.people" in text) == (True, False)
