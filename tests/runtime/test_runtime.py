"""The decorators: what they register and refuse, and what pytest makes of them."""

import inspect

import pytest
from apps import SLUG, App, define

from jaunt import JauntDiscoveryError
from jaunt.registry import get_magic_registry, get_test_registry

pytestmark = pytest.mark.usefixtures("empty_registries")


# Registering


def test_a_spec_is_registered_with_its_identity_and_the_undecorated_object() -> None:
    spec = define("@jaunt.magic\ndef f(x: int) -> int: ...\n")["f"]
    entry = get_magic_registry()["specs:f"]  # ty: ignore[invalid-argument-type]
    assert (entry.kind, entry.spec_ref, entry.module, entry.qualname) == ("magic", "specs:f", "specs", "f")
    assert entry.source_file == "/somewhere/specs.py"
    assert entry.obj is spec.__wrapped__
    assert entry.decorator_kwargs == {}
    assert get_test_registry() == {}


def test_only_the_arguments_that_were_given_are_kept_and_kept_raw() -> None:
    define(
        """
        @jaunt.magic()
        def none(): ...
        @jaunt.magic(deps=[none, "a:b"], prompt="", infer_deps=False)
        def all_of_them(): ...
        """
    )
    kwargs = {entry.qualname: entry.decorator_kwargs for entry in get_magic_registry().values()}
    assert kwargs["none"] == {}
    assert set(kwargs["all_of_them"]) == {"deps", "prompt", "infer_deps"}
    assert kwargs["all_of_them"]["deps"][1] == "a:b"
    assert kwargs["all_of_them"]["infer_deps"] is False


def test_test_specs_go_to_their_own_registry() -> None:
    define("@jaunt.test(prompt='p')\ndef test_f() -> None: ...\n")
    entry = get_test_registry()["specs:test_f"]  # ty: ignore[invalid-argument-type]
    assert (entry.kind, entry.decorator_kwargs) == ("test", {"prompt": "p"})
    assert get_magic_registry() == {}


def test_the_wrapper_looks_like_the_stub() -> None:
    f = define("@jaunt.magic\ndef f(x: int, *, y: str = 'a') -> int:\n    'Doc.'\n")["f"]
    assert (f.__name__, f.__module__, f.__doc__) == ("f", "specs", "Doc.")
    assert str(inspect.signature(f)) == "(x: int, *, y: str = 'a') -> int"
    assert (f.__jaunt_spec_ref__, f.__jaunt_kind__) == ("specs:f", "magic")


# Refusing


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("class A:\n    @jaunt.test\n    def f(self): ...\n", "A.f"),
        ("def f():\n    @jaunt.magic\n    def g(): ...\nf()\n", "f.<locals>.g"),
        ("def f():\n    @jaunt.magic\n    class G: ...\nf()\n", "f.<locals>.G"),
        ("jaunt.magic(lambda: 1)\n", "lambda"),
        ("@jaunt.magic\n@staticmethod\ndef f(): ...\n", "staticmethod"),
        ("@jaunt.magic\n@classmethod\ndef f(cls): ...\n", "classmethod"),
        ("@jaunt.magic\n@property\ndef f(self): ...\n", "property"),
        ("jaunt.magic('a prompt')\n", "not for a str"),
        ("jaunt.magic(len)\n", "builtin_function_or_method"),
        ("import functools\n@jaunt.magic\n@functools.cache\ndef f(): ...\n", "_lru_cache_wrapper"),
        ("@jaunt.test\nclass TestA: ...\n", "only for functions"),
        ("@jaunt.magic\n@jaunt.magic\ndef f(): ...\n", "a spec already"),
        ("@jaunt.test\n@jaunt.magic\ndef f(): ...\n", "a spec already"),
        ("from typing import overload\n@jaunt.magic\n@overload\ndef f(x: int): ...\n", "@overload"),
        ("@jaunt.magic\ndef f(): ...\n", "not a module name"),
    ],
)
def test_what_cannot_be_a_spec_is_refused(source: str, says: str) -> None:
    module = "my-script" if says == "not a module name" else "specs"
    with pytest.raises(JauntDiscoveryError) as caught:
        define(source, module)
    assert says in str(caught.value)
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    assert get_magic_registry().keys() | get_test_registry().keys() <= {"specs:f"}


def test_a_refusal_names_decorator_symbol_file_and_line() -> None:
    with pytest.raises(JauntDiscoveryError, match=r"^@jaunt.test on C.f \(/somewhere/specs.py:3\): "):
        define("\nclass C:\n    @jaunt.test(prompt='x')\n    def f(self): ...\n")


def test_the_repl_has_no_specs(app: App) -> None:
    child = app.python("-c", "import jaunt\n@jaunt.magic\ndef f(): ...\n")
    assert "JauntDiscoveryError: @jaunt.magic on f (<string>:2): '' is not a module name" in child.stderr


# pytest

TEST_SPECS = {
    "test_slug.py": """
        import jaunt
        from jaunt import test

        @jaunt.test
        def test_stub() -> None: ...

        @test(prompt="x")
        async def test_async_stub() -> None: ...

        def test_by_hand() -> None: ...
        """,
    "__generated__/test_slug.py": "def test_stub(): ...\n",
}


def test_pytest_collects_hand_written_and_generated_tests_but_no_stubs(app: App) -> None:
    app.write(TEST_SPECS)
    collect = ["-m", "pytest", "--collect-only", "-q", "-p", "jaunt", "--import-mode=importlib"]
    child = app.python(*collect, "test_slug.py", "__generated__/test_slug.py")
    tests = [line for line in child.stdout.splitlines() if "::" in line]
    assert tests == ["test_slug.py::test_by_hand", "__generated__/test_slug.py::test_stub"], child.stdout
    assert "rror" not in child.stdout


def test_pytest_collects_a_function_that_uses_a_magic_spec(app: App) -> None:
    app.write({"app/__generated__/slug.py": SLUG})
    app.write({"test_it.py": "from app.slug import slugify as test_it\ndef test_a(): assert test_it('A') == 'a'\n"})
    child = app.python("-m", "pytest", "--collect-only", "-q", "-p", "jaunt", "test_it.py")
    assert [line for line in child.stdout.splitlines() if "::" in line] == [
        "test_it.py::test_it",
        "test_it.py::test_a",
    ]


def test_a_decorator_below_that_hides_the_function_is_told() -> None:
    source = """
        def plain(function):
            def wrapper():
                return function()
            return wrapper

        @jaunt.test
        @plain
        def test_a(): ...
        """
    with pytest.raises(
        JauntDiscoveryError, match=r"below it puts plain.<locals>.wrapper in the function's place"
    ) as info:
        define(source)
    assert "functools.wraps" in str(info.value.hint)
