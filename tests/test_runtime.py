"""The decorators: what they register, refuse, forward to and load. Real packages, real child processes."""

import inspect
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import jaunt
from jaunt import JauntDiscoveryError, JauntNotBuiltError
from jaunt.registry import clear_registries, get_magic_registry, get_test_registry

SOURCE_ROOT = Path(jaunt.__file__).parents[1]


class App:
    """A folder of Python files, and child processes that run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, files: dict[str, str]) -> None:
        for name, source in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(source), encoding="utf-8")

    def python(self, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(SOURCE_ROOT), **env},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def run(self, code: str, **env: str) -> str:
        """Run code in a child, and return what it printed; the child must succeed."""
        child = self.python("-c", dedent(code), **env)
        assert child.returncode == 0, child.stderr
        return child.stdout.strip()


@pytest.fixture
def app(tmp_path: Path) -> App:
    """A package `app` with an unbuilt function `app.slug:slugify`."""
    app = App(tmp_path)
    app.write(
        {
            "app/__init__.py": "",
            "app/slug.py": """
                import jaunt

                @jaunt.magic
                def slugify(text: str, *, sep: str = "-") -> str:
                    '''Return the text as a slug.'''
                """,
        }
    )
    return app


SLUG = "def slugify(text, *, sep='-'):\n    return sep.join(text.lower().split())\n"
TRY_SLUGIFY = """
from jaunt import JauntError
from app.slug import slugify
try:
    print(slugify("A B"))
except JauntError as error:
    print(type(error).__name__, error, sep="|")
"""


@pytest.fixture(autouse=True)
def _empty_registries() -> Any:
    clear_registries()
    yield
    clear_registries()


def define(source: str, module: str = "specs") -> dict[str, Any]:
    """Run the source of a module that is called `module`, and return its namespace."""
    namespace: dict[str, Any] = {"__name__": module, "jaunt": jaunt}
    exec(compile(dedent(source), f"/somewhere/{module}.py", "exec"), namespace)
    return namespace


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
        ("class A:\n    @jaunt.magic\n    def f(self): ...\n", "A.f"),
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
        ("import abc\n@jaunt.magic\nclass A(abc.ABC): ...\n", "metaclass is ABCMeta"),
        ("import enum\n@jaunt.magic\nclass A(enum.Enum): ...\n", "metaclass is Enum"),
        ("import typing\n@jaunt.magic\nclass A(typing.Protocol): ...\n", "metaclass is _ProtocolMeta"),
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


# Forwarding functions


def test_a_built_function_runs_with_its_arguments(app: App) -> None:
    app.write({"app/__generated__/slug.py": SLUG})
    assert app.run("from app.slug import slugify; print(slugify('A B C', sep='_'))") == "a_b_c"


def test_calls_after_the_first_go_straight_to_the_generated_function(app: App) -> None:
    app.write({"app/__generated__/slug.py": SLUG})
    code = """
        import sys
        from app.slug import slugify
        slugify("A")
        del sys.modules["app.__generated__.slug"]
        slugify("A")
        print("app.__generated__.slug" in sys.modules)
        """
    assert app.run(code) == "False"


@pytest.mark.parametrize(
    ("parameters", "call"),
    [
        ("", ""),
        ("a, b=2", "1"),
        ("a, b=2", "1, b=3"),
        ("a, b=2, /, c=3", "1, 2, c=4"),
        ("a, /, *, b, c=3", "1, b=2"),
        ("*, target=1, target_=2", "target=3"),
        ("a, forward=2, make=3", "1, make=4"),
        ("a, *more, b=2, **others", "1, 2, 3, b=4, c=5"),
        ("a, b=2", ""),
        ("a", "1, 2"),
        ("a", "b=1"),
        ("a, /", "a=1"),
        ("*, a", "1"),
        ("a", "1, a=2"),
    ],
)
@pytest.mark.parametrize("sort", ["def", "async def"])
def test_every_call_passes_its_arguments_as_to_the_generated_function(
    app: App, sort: str, parameters: str, call: str
) -> None:
    generated = f"{sort} f({parameters}):\n    return sorted(locals().items())\n"
    app.write(
        {"app/f.py": f"import jaunt\n@jaunt.magic\n{sort} f({parameters}): ...\n", "app/__generated__/f.py": generated}
    )
    run = "value.send(None)" if sort == "async def" else "value"
    code = f"""
        from app import f as wrapped
        from app.__generated__ import f as direct
        def result(f):
            try:
                value = f({call})
                return {run}
            except (StopIteration, TypeError) as error:
                return str(error)
        assert wrapped.f is not direct.f
        print(len({{str(result(f)) for f in (direct.f, wrapped.f, wrapped.f, wrapped.f)}}))
        """
    assert app.run(code) == "1"


def test_defaults_are_those_of_the_generated_function(app: App) -> None:
    code = "A = object()\ndef slugify(text=A, *, sep=A):\n    return text is A and sep is A\n"
    app.write({"app/__generated__/slug.py": code})
    assert app.run("from app.slug import slugify; print(slugify(), slugify(), slugify(1))") == "True True False"


def test_a_generated_function_may_be_any_callable(app: App) -> None:
    app.write({"app/__generated__/slug.py": "import functools\n" + SLUG.replace("def", "@functools.cache\ndef")})
    assert app.run("from app.slug import slugify; print(slugify('A B'), slugify('C', sep='-'))") == "a-b c"


def test_importing_a_spec_module_does_not_load_the_generated_functions(app: App) -> None:
    app.write({"app/__generated__/slug.py": "raise SystemExit('loaded')"})
    assert app.run("import app.slug; print('imported')") == "imported"


KINDS = {
    "app/kinds.py": """
        import jaunt

        @jaunt.magic
        async def aplus(x: int) -> int: ...

        @jaunt.magic
        def count(n: int):
            yield 0

        @jaunt.magic
        async def acount(n: int):
            yield 0
        """,
    "app/__generated__/kinds.py": """
        async def aplus(x):
            return x + 1

        def count(n):
            try:
                for i in range(n):
                    got = yield i
                    if got is not None:
                        print("got", got)
            except ValueError as error:
                yield f"caught {error}"
            finally:
                print("closed")
            return "result"

        async def acount(n):
            try:
                for i in range(n):
                    got = yield i
                    if got is not None:
                        print("got", got)
            except ValueError as error:
                yield f"caught {error}"
            finally:
                print("closed")
        """,
}


def test_an_async_function_stays_a_coroutine_function(app: App) -> None:
    app.write(KINDS)
    code = """
        import asyncio, inspect
        from app.kinds import aplus
        print(inspect.iscoroutinefunction(aplus), asyncio.run(aplus(1)))
        """
    assert app.run(code) == "True 2"


def test_a_generator_function_forwards_send_throw_close_and_its_result(app: App) -> None:
    app.write(KINDS)
    code = """
        import inspect
        from app.kinds import count
        print(inspect.isgeneratorfunction(count), list(count(2)))
        items = count(9)
        print(next(items), items.send("s"), items.throw(ValueError("v")))
        try:
            next(items)
        except StopIteration as stop:
            print(stop.value)
        items = count(9)
        next(items)
        items.close()
        """
    printed = ["closed", "True [0, 1]", "got s", "0 1 caught v", "closed", "result", "closed"]
    assert app.run(code).splitlines() == printed


def test_an_async_generator_function_forwards_asend_athrow_and_aclose(app: App) -> None:
    app.write(KINDS)
    code = """
        import asyncio, inspect
        from app.kinds import acount

        async def main():
            print(inspect.isasyncgenfunction(acount), [i async for i in acount(2)])
            items = acount(9)
            print(await anext(items), await items.asend("s"), await items.athrow(ValueError("v")))
            print(await anext(items, "end"))
            items = acount(9)
            await anext(items)
            await items.aclose()
            items = acount(9)
            await anext(items)
            try:
                await items.athrow(KeyError("k"))
            except KeyError as error:
                print("raised", error)

        asyncio.run(main())
        """
    printed = [
        "closed",
        "True [0, 1]",
        "got s",
        "0 1 caught v",
        "closed",
        "end",
        "closed",
        "closed",
        "raised 'k'",
    ]
    assert app.run(code).splitlines() == printed


def test_a_stub_annotated_as_an_iterator_forwards_a_generator(app: App) -> None:
    app.write(
        {
            "app/kinds.py": """
                from collections.abc import Iterator
                import jaunt
                @jaunt.magic
                def count(n: int) -> Iterator[int]: ...
                """,
            "app/__generated__/kinds.py": KINDS["app/__generated__/kinds.py"],
        }
    )
    assert app.run("from app.kinds import count; print(list(count(3)))") == "closed\n[0, 1, 2]"


def test_the_first_calls_of_many_threads_all_succeed(app: App) -> None:
    app.write({"app/__generated__/slug.py": SLUG, "solo.py": (app.root / "app/slug.py").read_text()})
    app.write({"__generated__/solo.py": "sum(i for i in range(10**6))  # long enough for the threads to meet\n" + SLUG})
    code = """
        import threading
        from app.slug import slugify
        from solo import slugify as solo
        start, results = threading.Barrier(16), []

        def work():
            start.wait()
            results.append((slugify("A B"), solo("A B")))

        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(len(results), set(results))
        """
    assert app.run(code) == "16 {('a-b', 'a-b')}"


def test_a_function_pickles_by_its_name(app: App) -> None:
    app.write({"app/__generated__/slug.py": SLUG})
    code = "import pickle; from app.slug import slugify; print(pickle.loads(pickle.dumps(slugify)) is slugify)"
    assert app.run(code) == "True"


# Not built


def test_an_unbuilt_function_says_what_is_missing_and_what_to_do(app: App) -> None:
    assert app.run(TRY_SLUGIFY) == "JauntNotBuiltError|app.slug:slugify is not built (run: jaunt build)"


def test_an_unbuilt_test_names_the_test_command(app: App) -> None:
    app.write({"tests/test_slug.py": "import jaunt\n@jaunt.test\ndef test_a(): ...\n", "tests/__init__.py": ""})
    code = """
        import jaunt
        from tests.test_slug import test_a
        try: test_a()
        except jaunt.JauntNotBuiltError as error: print(error)
        """
    assert app.run(code) == "tests.test_slug:test_a is not built (run: jaunt test)"


def test_a_missing_file_beside_other_generated_files_is_not_built(app: App) -> None:
    app.write({"app/__generated__/__init__.py": "", "app/__generated__/other.py": ""})
    assert app.run(TRY_SLUGIFY) == "JauntNotBuiltError|app.slug:slugify is not built (run: jaunt build)"


def test_a_generated_module_without_the_name_is_not_built(app: App) -> None:
    app.write({"app/__generated__/slug.py": "def another(): ...\n"})
    assert app.run(TRY_SLUGIFY) == (
        "JauntNotBuiltError|app.slug:slugify is not built: the generated module app.__generated__.slug "
        "has no 'slugify' (run: jaunt build)"
    )


@pytest.mark.parametrize(
    ("generated", "error"),
    [
        ("import no_such_library\n", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("import app.no_such_module\n", "ModuleNotFoundError: No module named 'app.no_such_module'"),
        ("import ap\n", "ModuleNotFoundError: No module named 'ap'"),
        ("import app.__generated__.sl\n", "ModuleNotFoundError: No module named 'app.__generated__.sl'"),
        ("import app.__generated__.gone\n", "ModuleNotFoundError: No module named 'app.__generated__.gone'"),
        ("from json import nothing\n", "ImportError: cannot import name 'nothing' from 'json'"),
        ("from app.slug import nothing\n", "ImportError: cannot import name 'nothing' from 'app.slug'"),
        ("def slugify(:\n", "SyntaxError"),
        ("1 / 0\n", "ZeroDivisionError"),
    ],
)
def test_errors_of_the_generated_code_itself_pass_through(app: App, generated: str, error: str) -> None:
    app.write({"app/__generated__/slug.py": generated})
    child = app.python("-c", TRY_SLUGIFY)
    assert child.returncode == 1
    assert error in child.stderr
    assert "NotBuilt" not in child.stderr


def test_a_missing_package_of_the_spec_itself_is_not_an_unbuilt_spec() -> None:
    f = define("@jaunt.magic\ndef f() -> int: ...\n", "no_such_package.specs")["f"]
    with pytest.raises(ModuleNotFoundError, match="'no_such_package'"):
        f()


def test_a_missing_library_does_not_count_as_not_built_when_its_name_starts_like_the_module(app: App) -> None:
    app.write({"app/__generated__/slug.py": "import app.__generated__.slug_helpers\n"})
    assert "No module named 'app.__generated__.slug_helpers'" in app.python("-c", TRY_SLUGIFY).stderr


@pytest.mark.parametrize("beforehand", [{}, {"app/__generated__/other.py": ""}], ids=["nothing", "another"])
def test_a_build_in_the_meantime_is_noticed(app: App, beforehand: dict[str, str]) -> None:
    """Even where the folders' times don't show it, as after a quick build on a coarse clock."""
    app.write(beforehand)
    code = f"""
        import os
        from pathlib import Path
        from jaunt import JauntNotBuiltError
        from app.slug import slugify
        for _ in range(3):
            try: slugify("A")
            except JauntNotBuiltError: print("not yet")
        generated = Path("app/__generated__")
        folders = [folder for folder in (Path("app"), generated) if folder.exists()]
        times = [(folder, folder.stat().st_mtime_ns) for folder in folders]
        generated.mkdir(exist_ok=True)
        Path("app/__generated__/slug.py").write_text({SLUG!r})
        for folder, time in times:
            os.utime(folder, ns=(time, time))
        print(slugify("A B"))
        """
    assert app.run(code).splitlines() == ["not yet", "not yet", "not yet", "a-b"]


def test_stubs_stay_stubs_where_specs_are_collected(app: App) -> None:
    app.write({"app/__generated__/slug.py": SLUG})
    printed = app.run(TRY_SLUGIFY, JAUNT_STUBS_ONLY="1")
    assert printed.startswith("JauntNotBuiltError|app.slug:slugify is a stub while specs are collected (")


# Where the generated module is


def test_a_package_has_its_generated_code_in_the_folder_itself(app: App) -> None:
    app.write({"app/__init__.py": (app.root / "app/slug.py").read_text(), "app/__generated__/__init__.py": SLUG})
    assert app.run("import app; print(app.slugify('A B'))") == "a-b"


def test_a_module_further_down_is_found_below_the_top_package(app: App) -> None:
    app.write({"app/core/text/slug.py": (app.root / "app/slug.py").read_text()})
    app.write({"app/__generated__/core/text/slug.py": SLUG})
    assert app.run("from app.core.text.slug import slugify; print(slugify('A B'))") == "a-b"


def test_a_namespace_package_works(app: App) -> None:
    (app.root / "app/__init__.py").unlink()
    app.write({"app/__generated__/slug.py": SLUG})
    assert app.run(TRY_SLUGIFY) == "a-b"


def test_a_module_run_with_dash_m_is_known_by_its_importable_name(app: App) -> None:
    app.write(
        {
            "app/tool.py": """
                import jaunt
                @jaunt.magic
                def f() -> str: ...
                if __name__ == "__main__":
                    print(f.__jaunt_spec_ref__, f())
                """,
            "app/__generated__/tool.py": "def f(): return 'built'\n",
            "app/__main__.py": """
                import jaunt
                @jaunt.magic
                def f() -> str: ...
                print(f.__jaunt_spec_ref__)
                """,
        }
    )
    assert app.python("-m", "app.tool").stdout == "app.tool:f built\n"
    assert app.python("-m", "app").stdout == "app.__main__:f\n"


SOLO = {
    "solo.py": """
        import jaunt

        class Base:
            word = "solo"

        @jaunt.magic
        def speak() -> str: ...

        if __name__ == "__main__":
            print(speak.__jaunt_spec_ref__, speak())
        """,
}


def test_a_single_file_module_has_its_generated_code_beside_it(app: App) -> None:
    app.write({**SOLO, "__generated__/solo.py": "from solo import Base\ndef speak(): return Base.word\n"})
    printed = app.run("import sys, solo; print(solo.speak(), sys.modules['solo.__generated__'].__name__)")
    assert printed == "solo solo.__generated__"
    assert app.python("solo.py").stdout == "solo:speak solo\n"
    assert app.python("-m", "solo").stdout == "solo:speak solo\n"


def test_a_single_file_module_that_is_not_built_says_so_and_notices_a_build(app: App) -> None:
    app.write(SOLO)
    code = """
        import solo
        from pathlib import Path
        from jaunt import JauntNotBuiltError
        try: solo.speak()
        except JauntNotBuiltError as error: print(error)
        Path("__generated__").mkdir()
        Path("__generated__/solo.py").write_text("def speak(): return 'built'")
        print(solo.speak())
        """
    assert app.run(code).splitlines() == ["solo:speak is not built (run: jaunt build)", "built"]


def test_a_single_file_module_whose_generated_code_fails_leaves_nothing_behind(app: App) -> None:
    app.write({**SOLO, "__generated__/solo.py": "import no_such_library\n"})
    code = """
        import sys, solo
        for _ in range(2):
            try: solo.speak()
            except ModuleNotFoundError as error: print(error.name, "solo.__generated__" in sys.modules)
        """
    assert app.run(code).splitlines() == ["no_such_library False", "no_such_library False"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("jaunt.toml", "[paths]\ngenerated_dir = '_gen'\n"),
        ("pyproject.toml", "[tool.jaunt.paths]\ngenerated_dir = '_gen'\n"),
        ("app/jaunt.toml", "[paths]\ngenerated_dir = '_gen'\n"),
    ],
)
def test_the_nearest_configuration_names_the_folder(app: App, file: str, text: str) -> None:
    app.write({file: text, "app/_gen/slug.py": SLUG, "app/__generated__/slug.py": "1 / 0\n"})
    assert app.run(TRY_SLUGIFY) == "a-b"


def test_a_pyproject_without_jaunt_is_passed_over(app: App) -> None:
    app.write({"app/pyproject.toml": "[project]\nname = 'generated_dir'\n", "app/_gen/slug.py": SLUG})
    app.write({"jaunt.toml": "paths = {generated_dir = '_gen'}\n"})
    assert app.run(TRY_SLUGIFY) == "a-b"


def test_a_nearer_configuration_without_the_key_means_the_default(app: App) -> None:
    app.write({"app/jaunt.toml": "", "jaunt.toml": "paths = {generated_dir = '_gen'}\n"})
    app.write({"app/_gen/slug.py": "1 / 0\n", "app/__generated__/slug.py": SLUG})
    assert app.run(TRY_SLUGIFY) == "a-b"


def test_the_environment_goes_before_the_configuration(app: App) -> None:
    app.write({"jaunt.toml": "paths = {generated_dir = '_gen'}\n", "app/_env/slug.py": SLUG})
    assert app.run(TRY_SLUGIFY, JAUNT_GENERATED_DIR="_env") == "a-b"
    assert app.run(TRY_SLUGIFY).startswith("JauntNotBuiltError|")


def test_a_configuration_that_cannot_be_used_is_an_error_that_names_the_file(app: App) -> None:
    app.write({"jaunt.toml": "generated_dir = \n"})
    printed = app.run(TRY_SLUGIFY)
    assert printed.startswith("JauntConfigError|")
    assert "jaunt.toml" in printed
    app.write({"jaunt.toml": "paths = {generated_dir = 'not/a/name'}\n"})
    assert app.run(TRY_SLUGIFY).startswith("JauntConfigError|")
    assert "'not/a/name'" in app.run(TRY_SLUGIFY)


HEADER = """\
# This file was generated by jaunt. DO NOT EDIT.
# jaunt:tool_version=0.1.0
# jaunt:kind=build
# jaunt:source_module={}
# jaunt:module_digest=sha256:{}
# jaunt:spec_refs=[]

"""


def test_an_installed_package_without_its_configuration_is_found_by_the_header(app: App) -> None:
    app.write({"app/_decoy/slug.py": "1 / 0\n", "app/_gen/slug.py": HEADER.format("app.slug", "0" * 64) + SLUG})
    app.write({"app/_another/slug.py": HEADER.format("other.slug", "0" * 64) + "1 / 0\n"})
    assert app.run(TRY_SLUGIFY) == "a-b"


# Classes

LIMITER = """
    import jaunt

    @jaunt.magic
    class Limiter:
        '''Counts down from `n`.'''
        def __init__(self, n: int) -> None: ...
        def left(self) -> int: ...
    """
GENERATED_LIMITER = """
    class Limiter:
        def __init__(self, n):
            self.n = n
        def left(self):
            return self.n
    """


def test_a_built_class_takes_the_stubs_place(app: App) -> None:
    app.write({"app/token.py": LIMITER, "app/__generated__/token.py": GENERATED_LIMITER})
    code = """
        import pickle, sys
        from app.token import Limiter
        print(Limiter is sys.modules["app.__generated__.token"].Limiter, Limiter(3).left())
        print(Limiter.__module__, Limiter.__qualname__, Limiter.__jaunt_spec_ref__)
        print(pickle.loads(pickle.dumps(Limiter(4))).left(), pickle.loads(pickle.dumps(Limiter)) is Limiter)
        class Mine(Limiter): ...
        print(Mine(5).left(), isinstance(Mine(5), Limiter))
        """
    printed = ["True 3", "app.token Limiter app.token:Limiter", "4 True", "5 True"]
    assert app.run(code).splitlines() == printed


def test_an_unbuilt_class_is_its_stub_and_raises_on_instantiation_of_it_or_a_subclass() -> None:
    stub = define(LIMITER, "unbuilt")["Limiter"]
    subclass = type("Mine", (stub,), {})
    assert stub.__jaunt_spec_ref__ == "unbuilt:Limiter"
    assert str(inspect.signature(stub)) == "(n: int) -> None"
    for cls in (stub, subclass):
        with pytest.raises(JauntNotBuiltError, match=r"^unbuilt:Limiter is not built \(run: jaunt build\)$"):
            cls(3)


def test_class_and_static_methods_of_an_unbuilt_class_raise_instead_of_returning_none(app: App) -> None:
    app.write(
        {
            "app/clock.py": """
                import jaunt

                @jaunt.magic
                class Clock:
                    @classmethod
                    def now(cls, zone: str) -> "Clock":
                        \"\"\"The current time.\"\"\"
                    @staticmethod
                    def is_zone(name: str) -> bool: ...
            """,
        }
    )
    code = """
        import inspect
        from pathlib import Path
        from jaunt import JauntNotBuiltError
        from app.clock import Clock
        assert str(inspect.signature(Clock.now)) == "(zone: str) -> 'Clock'", inspect.signature(Clock.now)
        for call in (Clock.now, Clock.is_zone):
            try:
                call("UTC")
            except JauntNotBuiltError as error:
                print(error)
        Path("app/__generated__").mkdir()
        Path("app/__generated__/clock.py").write_text(
            "class Clock:\\n"
            "    @classmethod\\n"
            "    def now(cls, zone): return cls, zone\\n"
            "    @staticmethod\\n"
            "    def is_zone(name): return name == 'UTC'\\n"
        )
        print(Clock.is_zone("UTC"), Clock.now("CET")[1], Clock.now(zone="x")[0].__jaunt_spec_ref__)
    """
    unbuilt = "app.clock:Clock is not built (run: jaunt build)"
    assert app.run(code).splitlines() == [unbuilt, unbuilt, "True CET app.clock:Clock"]


def test_a_class_that_is_built_in_the_meantime_comes_with_the_next_instance(app: App) -> None:
    app.write({"app/token.py": LIMITER})
    code = f"""
        import sys, app.token
        from pathlib import Path
        from textwrap import dedent
        from jaunt import JauntNotBuiltError
        stub = app.token.Limiter
        try: stub(1)
        except JauntNotBuiltError as error: print(error)
        class Mine(stub): ...
        Path("app/__generated__").mkdir()
        Path("app/__generated__/token.py").write_text(dedent({GENERATED_LIMITER!r}))
        print(stub(2).left(), sys.modules.pop("app.__generated__.token").__name__)
        print(app.token.Limiter is stub, type(stub(2)) is app.token.Limiter)
        try: Mine(3)
        except JauntNotBuiltError as error: print(error.hint)
        """
    assert app.run(code).splitlines() == [
        "app.token:Limiter is not built (run: jaunt build)",
        "2 app.__generated__.token",
        "False True",
        "define Mine in a module of its own; after a build, start Python again",
    ]


def test_an_unbuilt_dataclass_stub_raises_when_built_it_works(app: App) -> None:
    source = "import jaunt\nfrom dataclasses import dataclass\n\n{}@dataclass(slots=True)\nclass P:\n    x: int\n"
    app.write({"app/point.py": source.format("@jaunt.magic\n")})
    code = """
        import jaunt
        from app.point import P
        try: print(P(1))
        except jaunt.JauntNotBuiltError: print("not built")
        """
    assert app.run(code) == "not built"
    app.write({"app/__generated__/point.py": source.format("")})
    assert app.run(code) == "P(x=1)"


def test_an_error_in_the_generated_class_passes_through_the_import(app: App) -> None:
    app.write({"app/token.py": LIMITER, "app/__generated__/token.py": "import no_such_library\n"})
    assert "No module named 'no_such_library'" in app.python("-c", "import app.token").stderr
    assert app.run("import app.token; print('stub')", JAUNT_STUBS_ONLY="1") == "stub"


# Classes whose generated code needs a spec module that is half imported


def half_imported(*, config_above: bool) -> dict[str, str]:
    config = "class Config:\n    n = 7\n\n"
    spec = "@jaunt.magic\nclass Limiter:\n    def left(self) -> int: ...\n\n"
    return {
        "app/token.py": "import jaunt\n\n" + (config + spec if config_above else spec + config),
        "app/__generated__/token.py": """
            from app.token import Config
            class Limiter:
                config = Config()
                def left(self):
                    return self.config.n
            """,
    }


def test_names_above_the_class_are_there_for_its_generated_code(app: App) -> None:
    app.write(half_imported(config_above=True))
    code = "import app.token, types; print(type(app.token) is types.ModuleType, app.token.Limiter().left())"
    assert app.run(code) == "True 7"


@pytest.mark.parametrize(
    "access",
    [
        "from app.token import Limiter",
        "import app.token; Limiter = app.token.Limiter",
        "from app.token import *",
        "import pickle; Limiter = pickle.loads(b'capp.token\\nLimiter\\n.')",
    ],
)
def test_names_below_the_class_are_waited_for(app: App, access: str) -> None:
    app.write(half_imported(config_above=False))
    code = f"""
        import sys, types, app.token
        print("app.__generated__.token" in sys.modules)
        {access}
        print(Limiter is sys.modules["app.__generated__.token"].Limiter, Limiter.__module__, Limiter().left())
        print(type(app.token) is types.ModuleType, vars(app.token)["Limiter"] is Limiter)
        """
    assert app.run(code).splitlines() == ["False", "True app.token 7", "True True"]


@pytest.mark.parametrize(
    "imports",
    [
        "import app.token as t\nConfig = t.Config\n",
        "import app.token\nConfig = app.token.Config\n",
        "from app import token\nConfig = token.Config\n",
        "from app.helper import Config\n",
    ],
)
def test_names_below_the_class_are_waited_for_however_they_are_reached(app: App, imports: str) -> None:
    files = half_imported(config_above=False)
    generated = dedent(files["app/__generated__/token.py"]).replace("from app.token import Config", imports)
    app.write({**files, "app/__generated__/token.py": generated, "app/helper.py": "from app.token import Config\n"})
    assert app.run("from app.token import Limiter; print(Limiter().left())") == "7"


def test_it_works_when_the_generated_module_is_imported_first(app: App) -> None:
    app.write(half_imported(config_above=False))
    code = """
        import app.__generated__.token as generated
        from app.token import Limiter
        print(Limiter is generated.Limiter, Limiter().left())
        """
    assert app.run(code) == "True 7"


TWO = {
    "app/two.py": """
        import jaunt

        @jaunt.magic
        class A:
            def value(self) -> str: ...

        def make():
            return A(), B()

        @jaunt.magic
        class B:
            def value(self) -> str: ...

        kept = A
        import app.user

        class Word:
            text = "word"
        """,
    "app/user.py": "from app.two import A\n",
    "app/__generated__/two.py": """
        from app.two import Word
        class A:
            def value(self): return "a " + Word.text
        class B:
            def value(self): return "b " + Word.text
        """,
}


def test_several_waiting_classes_are_settled_one_by_one(app: App) -> None:
    app.write(TWO)
    code = """
        import sys, types, app.two
        from app.two import B
        print(B().value(), type(app.two) is types.ModuleType, "A" in vars(app.two))
        print(app.two.A().value(), type(app.two) is types.ModuleType)
        print([type(made) in (app.two.A, app.two.B) for made in app.two.make()])
        """
    assert app.run(code).splitlines() == ["b word False True", "a word True", "[True, True]"]


def test_code_of_the_module_itself_gets_generated_instances_before_any_access_from_outside(app: App) -> None:
    app.write(TWO)
    code = """
        from app.two import make, kept
        print([made.value() for made in make()], kept().value())
        """
    assert app.run(code) == "['a word', 'b word'] a word"


def test_who_imports_from_the_half_imported_module_gets_a_stub_that_works_later(app: App) -> None:
    app.write(TWO)
    code = """
        import app.two, app.user
        stub = app.user.A
        print(stub is app.two.A, stub().value(), type(stub()) is app.two.A)
        """
    assert app.run(code) == "False a word True"


def test_a_waiting_name_can_be_replaced_from_outside(app: App) -> None:
    app.write(TWO)
    code = """
        import types, app.two
        app.two.A = "mine"
        print(app.two.A, app.two.B().value(), app.two.A, type(app.two) is types.ModuleType)
        """
    assert app.run(code) == "mine b word mine True"


def test_an_instance_made_while_the_module_is_half_imported_says_why_it_cannot_be(app: App) -> None:
    files = half_imported(config_above=False)
    app.write({**files, "app/token.py": files["app/token.py"].replace("class Config", "Limiter()\nclass Config")})
    error = app.python("-c", "import app.token").stderr.splitlines()[-1]
    assert error.startswith("ImportError: cannot import name 'Config' from partially initialized module 'app.token'")


def test_a_name_that_the_spec_module_never_defines_is_reported_at_the_first_access(app: App) -> None:
    app.write({"app/token.py": LIMITER, "app/__generated__/token.py": "from app.token import Gone\n"})
    assert app.run("import app.token; print('imported')") == "imported"
    error = app.python("-c", "from app.token import Limiter").stderr.splitlines()[-1]
    assert error.startswith("ImportError: cannot import name 'Gone' from 'app.token'")


def test_a_waiting_name_that_was_replaced_no_longer_needs_its_generated_code(app: App) -> None:
    app.write({**TWO, "app/__generated__/two.py": "from app.two import Gone\n"})
    assert app.run("import app.two; app.two.A = 'mine'; print(app.two.A)") == "mine"


def test_a_waiting_class_that_turns_out_not_to_be_built_stays_a_stub(app: App) -> None:
    app.write({**half_imported(config_above=False), "app/__generated__/token.py": "from app.token import Config\n"})
    code = """
        import types, app.token
        from jaunt import JauntNotBuiltError
        from app.token import Limiter
        try: Limiter()
        except JauntNotBuiltError: print("not built", type(app.token) is types.ModuleType)
        """
    assert app.run(code) == "not built True"


def test_a_spec_module_that_is_loaded_by_hand_is_waited_for_too(app: App) -> None:
    app.write(half_imported(config_above=False))
    code = """
        import sys
        from importlib.util import module_from_spec, spec_from_file_location
        import app
        spec = spec_from_file_location("app.token", "app/token.py")
        module = sys.modules["app.token"] = module_from_spec(spec)
        spec.loader.exec_module(module)
        from app.token import Limiter
        print(Limiter is sys.modules["app.__generated__.token"].Limiter, Limiter().left())
        """
    assert app.run(code) == "True 7"


def test_a_failed_first_try_leaves_no_half_generated_module(app: App) -> None:
    app.write(half_imported(config_above=False))
    code = "import sys, app.token; print([name for name in sys.modules if 'generated__.' in name])"
    assert app.run(code) == "[]"


def test_classes_of_a_single_file_module_wait_too(app: App) -> None:
    spec = half_imported(config_above=False)["app/token.py"]
    run = "\nif __name__ == '__main__':\n    import solo as twin\n    print(twin.Limiter is Limiter)\n"
    generated = half_imported(config_above=False)["app/__generated__/token.py"].replace("app.token", "solo")
    app.write({"solo.py": spec + run, "__generated__/solo.py": generated})
    assert app.run("import solo; from solo import Limiter; print(Limiter().left())") == "7"
    child = app.python("solo.py")
    assert (child.stdout, child.stderr) == ("True\n", "")


def test_classes_of_a_module_run_with_dash_m_are_loaded(app: App) -> None:
    files = half_imported(config_above=False)
    app.write(
        {
            **files,
            "app/token.py": files["app/token.py"] + "\nif __name__ == '__main__':\n    print(Limiter().left())\n",
        }
    )
    child = app.python("-m", "app.token")
    assert child.stdout == "7\n", child.stderr


def test_reloading_a_spec_module_keeps_the_generated_class(app: App) -> None:
    app.write(half_imported(config_above=False))
    code = """
        import importlib, app.token
        importlib.reload(app.token)
        first = app.token.Limiter
        importlib.reload(app.token)
        print(first().left(), app.token.Limiter().left())
        """
    assert app.run(code) == "7 7"


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
