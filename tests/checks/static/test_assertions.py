"""Which tests assert nothing, told from their source."""

import pytest

from jaunt.checks.static.assertions import assertion_free_tests

ASSERTING = {
    "a comparison": "def test_a():\n    assert f() == 1",
    "a truth": "def test_a():\n    assert f()",
    "a reflexive comparison": "def test_a():\n    assert x == x",
    "an async test": "async def test_a():\n    assert await f()",
    "an exception": "import pytest\ndef test_a():\n    with pytest.raises(ValueError):\n        f()",
    "an exception, of a call": "from pytest import raises\ndef test_a():\n    raises(ValueError, f)",
    "a warning": "import pytest\ndef test_a():\n    with pytest.warns(UserWarning):\n        f()",
    "a failure that must not be reached": (
        "def test_a():\n    try:\n        f()\n    except E:\n        pass\n    else:\n        assert False"
    ),
    "pytest.fail": "import pytest\ndef test_a():\n    if f() != 1:\n        pytest.fail('no')",
    "an error raised": "def test_a():\n    if f() != 1:\n        raise AssertionError(f'{f()}')",
    "a mock's own": "def test_a(m):\n    f(m)\n    m.assert_called_once_with(1)",
    "unittest's own": "class TestA:\n    def test_a(self):\n        self.assertEqual(f(), 1)",
    "a library's own": "def test_a():\n    np.testing.assert_allclose(f(), 1)",
    "a helper": "def _same(x, y):\n    assert x == y\ndef test_a():\n    _same(f(), 1)",
    "a helper's helper": "def a(x):\n    b(x)\ndef b(x):\n    assert x\ndef test_a():\n    a(f())",
    "a method that helps": "class TestA:\n  def same(self, x): assert x\n  def test_a(self): self.same(f())",
    "a helper from elsewhere": "from helpers import check_order\ndef test_a():\n    check_order(f())",
    "an inner function": "def test_a():\n    @given(n())\n    def inner(n): assert f(n)\n    inner()",
    "a loop": "def test_a():\n    for x in f():\n        assert x",
    "an endless loop": "def test_a():\n    while True:\n        assert f()\n        break",
    "a match": "def test_a():\n    match f():\n        case 1:\n            assert g()",
    "a context": "async def test_a():\n    async with f() as x:\n        assert x",
    "one of two alternatives": "def test_a():\n    assert f() or g()",
    "in a block": "if True:\n    def test_a():\n        assert f()",
}
NOT_ASSERTING = {
    "True": "def test_a():\n    assert True",
    "a number": "def test_a():\n    f()\n    assert 1",
    "a text": "def test_a():\n    assert 'fine'",
    "a formatted text": "def test_a():\n    assert f'result {f()}'",
    "a tuple": "def test_a():\n    assert (f() == 1, 'message')",
    "constants": "def test_a():\n    assert 1 + 1 == 2",
    "not False": "def test_a():\n    assert not False",
    "a function": "def test_a():\n    assert lambda: f() == 1",
    "or True": "def test_a():\n    assert f() == 1 or True",
    "nothing": "def test_a():\n    pass",
    "a docstring": "def test_a():\n    'It works.'",
    "a call": "def test_a():\n    f()",
    "a comparison that is not asserted": "def test_a():\n    f() == 1",
    "a mock's method that is not called": "def test_a(m):\n    m.assert_called",
    "after a return": "def test_a():\n    return\n    assert f()",
    "never": "def test_a():\n    if False:\n        assert f()",
    "an inner function that is not called": "def test_a():\n    def g():\n        assert f()",
    "a helper that asserts nothing": "def check(x):\n    print(x)\ndef test_a():\n    check(f())",
    "helpers in a circle": "def a(): b()\ndef b(): a()\ndef test_a():\n    a()",
    "an async test": "async def test_a():\n    await f()",
    "a method": "class TestA:\n    def test_a(self):\n        f()",
}


@pytest.mark.parametrize("source", ASSERTING.values(), ids=ASSERTING)
def test_a_test_that_asserts_is_accepted(source: str) -> None:
    assert assertion_free_tests(source, ["test_a", "TestA"]) == []


@pytest.mark.parametrize("source", NOT_ASSERTING.values(), ids=NOT_ASSERTING)
def test_a_test_that_asserts_nothing_is_refused_by_name(source: str) -> None:
    (error,) = assertion_free_tests(source, ["test_a", "TestA"])
    assert "test_a asserts nothing" in error


def test_only_the_expected_tests_are_looked_at() -> None:
    source = "def test_a():\n    assert f()\ndef test_b():\n    pass\ndef test_c():\n    pass"
    assert assertion_free_tests(source, ["test_a", "test_b", "test_missing"]) == [
        "test_b asserts nothing: a test must fail if what it tests is wrong"
    ]


def test_one_method_of_a_class_can_be_named() -> None:
    source = "class TestA:\n    def test_b(self): f()\n    def test_c(self): assert f()"
    assert len(assertion_free_tests(source, ["TestA::test_b"])) == 1
    assert assertion_free_tests(source, ["TestA::test_c"]) == []


@pytest.mark.parametrize("source", ["def test_a(:", "x = '\0'", "(" * 10_000, "x = " + "-" * 100_000 + "1", "\ud800"])
def test_source_that_cannot_be_parsed_is_left_to_other_checks(source: str) -> None:
    assert assertion_free_tests(source, ["test_a"]) == []
