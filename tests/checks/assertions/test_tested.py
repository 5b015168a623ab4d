"""Generated tests import what they are for and use it: which are refused, and in what words."""

import ast

import pytest

from jaunt.checks.assertions.tested import Tested, dependency_errors
from jaunt.syntax.source import ModuleSource

SPEC = "import jaunt\nfrom he.nums import is_even\n@jaunt.test\ndef test_a() -> None: ...\n"
TESTED: Tested = {"test_a": frozenset({"he.nums.is_even"})}


def errors_of(answer: str, spec: str = SPEC, tested: Tested = TESTED) -> list[str]:
    """Return what is said of a test module, an answer to `spec`."""
    sources = [("tests.test_nums", spec), ("tests.__generated__.test_nums", answer)]
    wanted, candidate = (ModuleSource(module, f"{module}.py", text, ast.parse(text)) for module, text in sources)
    return [*dependency_errors(candidate, wanted, tested)]


OWN = {
    "a function": "def is_even(n):\n    return n % 2 == 0\n",
    "a lambda": "is_even = lambda n: n % 2 == 0\n",
    "a class": "class is_even:\n    pass\n",
    "another's": "from operator import not_ as is_even\n",
    "in a block": "try:\n    from he.nums import is_even\nexcept ValueError:\n    def is_even(n): return True\n",
    "after the import": "from he.nums import is_even\nis_even = bool\n",
    "in a loop": "for is_even in [bool]: pass\n",
}


@pytest.mark.parametrize("head", OWN.values(), ids=OWN)
def test_a_test_module_may_not_bind_what_it_tests(head: str) -> None:
    found = errors_of(f"{head}def test_a():\n    assert is_even(4)\n")
    assert any("is_even: is " in error and "expected `from he.nums import is_even`" in error for error in found)
    assert found[0].startswith("line ")


def test_a_global_statement_binds_it_too() -> None:
    answer = (
        "from he.nums import is_even\ndef test_a():\n    global is_even\n    is_even = bool\n    assert is_even(4)\n"
    )
    assert any("is_even: is bound anew" in error for error in errors_of(answer))


def test_the_name_that_the_spec_module_gives_it_is_taken_as_well() -> None:
    spec = SPEC.replace("import is_even", "import is_even as even")
    (error, *_) = errors_of("def even(n): return True\ndef test_a():\n    assert even(4)\n", spec)
    assert "even: is defined anew" in error


USING = {
    "by its name": "from he.nums import is_even\ndef test_a():\n    assert is_even(4)\n",
    "by another": "from he.nums import is_even as e\ndef test_a():\n    assert e(4)\n",
    "by its module": "from he import nums\ndef test_a():\n    assert nums.is_even(4)\n",
    "by its package": "import he.nums\ndef test_a():\n    assert he.nums.is_even(4)\n",
    "imported in the test": "def test_a():\n    from he.nums import is_even\n    assert is_even(4)\n",
    "by a helper": "from he.nums import is_even\ndef check(n):\n    assert is_even(n)\ndef test_a():\n    check(4)\n",
    "by a table": "from he.nums import is_even\nALL = [is_even]\ndef test_a():\n    assert ALL[0](4)\n",
    "by an argument": (
        "import pytest\nfrom he.nums import is_even\n"
        "@pytest.mark.parametrize('f', [is_even])\ndef test_a(f):\n    assert f(4)\n"
    ),
    "by a fixture": (
        "import pytest\nfrom he.nums import is_even\n"
        "@pytest.fixture\ndef even(): return is_even(4)\ndef test_a(even):\n    assert even\n"
    ),
    "by a fixture from elsewhere": "def test_a(even):\n    assert even(4)\n",
    "by other code of the project": "from he.app import main\ndef test_a():\n    assert main(4)\n",
    "by a program": "def test_a():\n    import subprocess\n    assert subprocess.run(['python', '-m', 'he.nums'])\n",
    "with a local of the name elsewhere": (
        "from he.nums import is_even\ndef helper(is_even): return is_even\ndef test_a():\n    assert is_even(4)\n"
    ),
    "with a part of it patched": (
        "from he import nums\ndef test_a(monkeypatch):\n"
        "    monkeypatch.setattr(nums, 'LIMIT', 3)\n    assert nums.is_even(4)\n"
    ),
}


@pytest.mark.parametrize("answer", USING.values(), ids=USING)
def test_a_test_that_uses_it_is_accepted(answer: str) -> None:
    assert errors_of(answer) == []


NOT_USING = {
    "nothing": "def test_a():\n    assert len('ab') == 2\n",
    "imported alone": "from he.nums import is_even\ndef test_a():\n    assert len('ab') == 2\n",
    "an inner function of its name": (
        "from he.nums import is_even\ndef test_a():\n    def is_even(n): return True\n    assert is_even(4)\n"
    ),
    "a local of its name": "from he.nums import is_even\ndef test_a():\n    is_even = bool\n    assert is_even(4)\n",
    "an argument of its name": (
        "import pytest\nfrom he.nums import is_even\n"
        "@pytest.mark.parametrize('is_even', [bool])\ndef test_a(is_even):\n    assert is_even(4)\n"
    ),
    "its own helper": "def even(n):\n    return n % 2 == 0\ndef test_a():\n    assert even(4)\n",
    "an exception alone": "from he.errors import NumberError\ndef test_a():\n    assert NumberError\n",
    "a fixture of pytest's": "def test_a(tmp_path):\n    assert tmp_path.exists()\n",
    "a docstring": "def test_a():\n    'Tests he.nums.is_even.'\n    assert len('ab') == 2\n",
    "another test uses it": (
        "from he.nums import is_even\ndef test_b():\n    assert is_even(2)\ndef test_a():\n    assert len('a')\n"
    ),
}


@pytest.mark.parametrize("answer", NOT_USING.values(), ids=NOT_USING)
def test_a_test_that_does_not_use_it_is_refused_with_its_line(answer: str) -> None:
    (error,) = errors_of(answer)
    assert error.startswith("line ")
    assert "test_a uses nothing of what it is to test (he.nums.is_even): import it and call it" in error


REPLACED = {
    "by monkeypatch": "monkeypatch.setattr(nums, 'is_even', lambda n: True)",
    "by its path": "monkeypatch.setattr('he.nums.is_even', lambda n: True)",
    "by mock": "mock.patch('he.nums.is_even', lambda n: True).start()",
    "by an assignment": "nums.is_even = lambda n: True",
}


@pytest.mark.parametrize("statement", REPLACED.values(), ids=REPLACED)
def test_a_test_that_replaces_it_is_refused(statement: str) -> None:
    head = "from unittest import mock\nfrom he import nums\ndef test_a(monkeypatch):\n"
    (error,) = errors_of(f"{head}    {statement}\n    assert nums.is_even(4)\n")
    assert "test_a replaces what it is to test (he.nums.is_even): call the real one" in error


def test_a_test_of_two_may_replace_one() -> None:
    tested = {"test_a": frozenset({"he.nums.is_even", "he.nums.count"})}
    head = "from he import nums\ndef test_a(monkeypatch):\n    monkeypatch.setattr(nums, 'is_even', bool)\n"
    assert errors_of(f"{head}    assert nums.count([4]) == 1\n", tested=tested) == []


def test_a_spec_that_depends_on_nothing_asks_for_nothing() -> None:
    assert errors_of("def test_a():\n    assert len('ab') == 2\n", tested={"test_a": frozenset()}) == []


def test_methods_of_a_test_class_are_tests_of_their_own() -> None:
    answer = (
        "from he.nums import is_even\nclass TestA:\n    def test_one(self):\n        assert self.even(4)\n"
        "    def even(self, n):\n        return is_even(n)\n"
    )
    tested = {"TestA": TESTED["test_a"]}
    assert errors_of(answer, tested=tested) == []
    (error,) = errors_of(answer.replace("is_even(n)", "n % 2 == 0"), tested=tested)
    assert "TestA.test_one uses nothing" in error
