"""Which tests assert nothing, told from their source."""

import pytest

from jaunt.checks.assertions.assertions import assertion_free_tests

ASSERTING = {
    "a comparison": "def test_a():\n    assert f() == 1",
    "a truth": "def test_a():\n    assert f()",
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
    "one of several": "def test_a():\n    assert f(1) in [f(2), 1]",
    "a loop": "def test_a():\n    for x in f():\n        assert x",
    "an endless loop": "def test_a():\n    while True:\n        assert f()\n        break",
    "a match": "def test_a():\n    match f():\n        case 1:\n            assert g()",
    "a context": "async def test_a():\n    async with f() as x:\n        assert x",
    "one of two alternatives": "def test_a():\n    assert f() or g()",
    "False": "def test_a():\n    if not f():\n        assert False",
    "a list that is filled": "def test_a():\n    seen = []\n    f(seen)\n    assert seen == [1]",
    "a list that a callback fills": "def test_a():\n    x = []\n    f(lambda: x.append(1))\n    assert x == [1]",
    "a list of results": "def test_a():\n    seen = []\n    seen.append(f(1))\n    assert seen == [1]",
    "results by name": "def test_a():\n    seen = {}\n    seen['x'] = f(1)\n    assert seen == {'x': 1}",
    "a result among constants": "def test_a():\n    want = 1\n    got = f(want)\n    assert got == want",
    "one object": "def test_a():\n    assert f() is f()",
    "two results": "def test_a():\n    assert f(1) == f(2)",
    "a fixture": "def test_a(x):\n    assert x == 1",
    "a loop over cases": "CASES = [(1, 2)]\ndef test_a():\n    for x, y in CASES:\n        assert f(x) == y",
    "an exception after all": (
        "def test_a():\n    try:\n        assert f()\n    except AssertionError as e:\n        raise ValueError from e"
    ),
    "a handler of another error": (
        "def test_a():\n    try:\n        assert f()\n    except ValueError as error:\n        assert 'x' in str(error)"
    ),
    "a closing": "def test_a():\n    try:\n        assert f()\n    finally:\n        g()",
    "in a block": "if True:\n    def test_a():\n        assert f()",
}
NOT_ASSERTING = {
    "a reflexive comparison": "def test_a():\n    assert x == x",
    "a call with itself": "def test_a():\n    assert f(4) == f(4)",
    "a call with itself, negated": "def test_a():\n    assert not f(4) != f(4)",
    "a call with itself, by name": "from m import f\ndef test_a():\n    got = f(4)\n    assert got == f(4)",
    "itself among others": "def test_a():\n    assert f(4) in [f(4), 1]",
    "itself among others, by name": "from m import f\ndef test_a():\n    got = f(4)\n    assert f(4) in (1, got)",
    "itself": "def test_a():\n    got = f(4)\n    assert got is got",
    "a name for True": "def test_a():\n    f(4)\n    result = True\n    assert result is True",
    "names for constants": "def test_a():\n    a = b = 3\n    c = a + b\n    assert c == 6 and len([a]) == 1",
    "constants of the module": "WANT = 3\ndef test_a():\n    got = WANT\n    assert got == WANT",
    "a loop over constants": "def test_a():\n    for x in [1, 2]:\n        assert x > 0",
    "that it is there": "from m import f\ndef test_a():\n    assert f is not None",
    "that it can be called": "from m import f\ndef test_a():\n    assert callable(f) and isinstance(f, object)",
    "its own name": "from m import f\ndef test_a():\n    assert f",
    "True": "def test_a():\n    assert True",
    "a number": "def test_a():\n    f()\n    assert 1",
    "a text": "def test_a():\n    assert 'fine'",
    "a formatted text": "def test_a():\n    assert f'result {f()}'",
    "a tuple": "def test_a():\n    assert (f() == 1, 'message')",
    "constants": "def test_a():\n    assert 1 + 1 == 2",
    "not False": "def test_a():\n    assert not False",
    "a function": "def test_a():\n    assert lambda: f() == 1",
    "a length of 0 or more": "def test_a():\n    assert len(f()) >= 0",
    "0 or more as a length": "def test_a():\n    assert 0 <= len(f())",
    "a length above -1": "def test_a():\n    assert len(f()) > -1 and isinstance(f(), object)",
    "an object": "def test_a():\n    assert isinstance(f(), object)",
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
    assert assertion_free_tests(source, ["test_a", "TestA"], {"f"}) == []


@pytest.mark.parametrize("source", NOT_ASSERTING.values(), ids=NOT_ASSERTING)
def test_a_test_that_asserts_nothing_is_refused_by_name(source: str) -> None:
    (error,) = assertion_free_tests(source, ["test_a", "TestA"], {"f"})
    assert "test_a asserts nothing" in error


SWALLOWING = {
    "by its class": "try:\n        assert f()\n    except AssertionError:\n        pass",
    "by any": "try:\n        assert f()\n    except Exception:\n        print('failed')",
    "by all": "try:\n        assert f()\n    except:\n        return",
    "among others": "try:\n        assert f()\n    except (ValueError, AssertionError):\n        x = 1",
    "with a constant": "try:\n        assert f()\n    except AssertionError:\n        assert True",
    "by a return": "try:\n        assert f()\n    finally:\n        return",
    "by suppress": "with contextlib.suppress(AssertionError):\n        assert f()",
    "as expected": "with pytest.raises(Exception):\n        assert f()",
    "beside one that counts": "assert f()\n    try:\n        assert f() == 1\n    except AssertionError:\n        pass",
}


@pytest.mark.parametrize("arguments", ["'x', []", "'x', ()", "argnames='x', argvalues=[]"])
def test_a_test_without_a_case_is_told(arguments: str) -> None:
    test = "import pytest\n@pytest.mark.parametrize({})\ndef test_a(x):\n    assert f(x)"
    (error,) = assertion_free_tests(test.format(arguments), ["test_a"])
    assert "test_a has no case to run with" in error
    assert assertion_free_tests(test.format("'x', [1]"), ["test_a"]) == []
    assert assertion_free_tests(test.format("'x', CASES"), ["test_a"]) == []


@pytest.mark.parametrize("body", SWALLOWING.values(), ids=SWALLOWING)
def test_a_test_that_catches_its_own_failures_is_refused_with_the_line(body: str) -> None:
    (error,) = assertion_free_tests(f"def test_a():\n    {body}\n", ["test_a"])
    assert error.startswith("line ")
    assert "test_a catches the failures of its own assertions" in error


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
