"""Generated functions are called as if they stood in the spec module: no frame, no file of jaunt's in between."""

import pytest
from apps import App

OLD = {
    "app/old.py": """
        import jaunt

        @jaunt.magic
        def warn(x: int) -> int:
            '''Warn the caller.'''

        @jaunt.magic
        def make(name: str) -> type:
            '''A class of the caller's module.'''

        @jaunt.magic
        async def awarn(x: int) -> int: ...

        @jaunt.magic
        def names(depth: int) -> list[str]:
            '''The modules of the callers.'''

        TABLE = {"warn": warn}

        def by_hand() -> list[str]:
            return names(2)
        """,
    "app/__generated__/old.py": """
        import sys
        import warnings

        def warn(x: int) -> int:
            warnings.warn("old", DeprecationWarning, stacklevel=2)
            return x

        def make(name: str) -> type:
            return type(name, (), {"__module__": sys._getframe(1).f_globals["__name__"]})

        async def awarn(x: int) -> int:
            warnings.warn("old", DeprecationWarning, stacklevel=2)
            return x

        def names(depth: int) -> list[str]:
            frame, found = sys._getframe(1), []
            for _ in range(depth):
                found.append(frame.f_globals["__name__"])
                frame = frame.f_back
            return found
        """,
}


@pytest.mark.parametrize("call", ["warn(1)", "asyncio.run(outer())"])
@pytest.mark.parametrize("access", ["from app.old import awarn, warn", "from app.old import *"])
def test_a_warning_points_at_the_caller_from_the_first_call_on(app: App, access: str, call: str) -> None:
    user = f"{access}\nimport asyncio\nasync def outer(): return await awarn(1)\ndef use(): return {call}\n"
    app.write({**OLD, "app/user.py": user})
    code = """
        import warnings
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            import app.user
            print(app.user.use(), app.user.use())
        print({each.filename.rpartition("/")[2] for each in seen}, len(seen))
        """
    assert app.run(code).splitlines() == ["1 1", "{'user.py'} 2"]


def test_what_a_function_makes_belongs_to_the_callers_module_and_can_be_pickled(app: App) -> None:
    app.write({**OLD, "app/user.py": "from app.old import make\nP = make('P')\nQ = make('Q')\n"})
    code = "import pickle; from app.user import P, Q; print(*[pickle.loads(pickle.dumps(c)) is c for c in (P, Q)])"
    assert app.run(code) == "True True"


def test_code_of_the_spec_module_itself_is_the_caller_too(app: App) -> None:
    app.write(OLD)
    assert app.run("from app.old import by_hand; print(by_hand())") == "['app.old', '__main__']"


def test_a_name_that_was_bound_before_the_code_was_loaded_is_the_same_function(app: App) -> None:
    app.write(OLD)
    code = """
        import pickle, warnings
        import app.old
        early = vars(app.old)["TABLE"]["warn"]
        from app.old import TABLE, warn
        print(early is warn, TABLE["warn"] is app.__generated__.old.warn, pickle.loads(pickle.dumps(early)) is warn)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            early(1)
        print(seen[0].filename)
        """
    assert app.run(code).splitlines() == ["True True True", "<string>"]


def test_a_traceback_has_no_line_of_jaunts(app: App) -> None:
    app.write({"app/f.py": "import jaunt\n@jaunt.magic\ndef f(x: int) -> int: ...\n"})
    app.write({"app/__generated__/f.py": "def f(x: int) -> int:\n    return 1 // x\n"})
    error = app.python("-c", "from app.f import f\nf(0)").stderr
    assert [line.split(",")[0].rpartition("/")[2] for line in error.splitlines() if line.startswith("  File")] == [
        '  File "<string>"',
        'f.py"',
    ]


def test_inspect_tells_of_the_generated_code_and_the_spec_of_itself(app: App) -> None:
    app.write(OLD)
    code = """
        import inspect
        from app.old import awarn, warn
        print(inspect.unwrap(warn) is warn, inspect.signature(warn), warn.__doc__, warn.__module__, warn.__qualname__)
        print(inspect.getsourcelines(warn)[0][2].strip(), inspect.getsourcefile(warn).rpartition("app/")[2])
        print(inspect.iscoroutinefunction(awarn), inspect.getmodule(warn).__name__)
        """
    assert app.run(code).splitlines() == [
        "True (x: int) -> int Warn the caller. app.old warn",
        "return x __generated__/old.py",
        "True app.old",
    ]


def test_two_modules_that_need_each_other_find_their_functions_by_the_first_call(app: App) -> None:
    app.write(
        {
            "app/a.py": "import jaunt\n@jaunt.magic\ndef a(n: int) -> list[str]: ...\n",
            "app/b.py": "import jaunt\n@jaunt.magic\ndef b(n: int) -> list[str]: ...\n",
            "app/__generated__/a.py": """
                import sys
                from app.b import b
                def a(n: int) -> list[str]:
                    return [sys._getframe(1).f_globals["__name__"], *(b(n - 1) if n else [])]
                """,
            "app/__generated__/b.py": """
                import sys
                from app.a import a
                def b(n: int) -> list[str]:
                    return [sys._getframe(1).f_globals["__name__"], *(a(n - 1) if n else [])]
                """,
        }
    )
    assert app.run("from app.a import a; print(*a(2))") == "__main__ app.__generated__.a app.__generated__.b"


def test_broken_generated_code_hinders_no_import_and_is_told_by_the_call(app: App) -> None:
    app.write(
        {**OLD, "app/__generated__/old.py": "from app.old import gone\n", "app/user.py": "from app.old import warn"}
    )
    code = "import app.user\nprint('imported')\ntry: app.user.warn(1)\nexcept ImportError as error: print(error.name)"
    assert app.run(code).splitlines() == ["imported", "app.old"]


def test_a_function_that_is_built_in_the_meantime_is_there_at_the_next_call(app: App) -> None:
    app.write({"app/old.py": OLD["app/old.py"]})
    code = f"""
        from pathlib import Path
        from textwrap import dedent
        import jaunt
        from app.old import names
        try: names(1)
        except jaunt.JauntNotBuiltError as error: print(error)
        Path("app/__generated__").mkdir()
        Path("app/__generated__/old.py").write_text(dedent({OLD["app/__generated__/old.py"]!r}))
        names(1)
        print(names(1))
        """
    assert app.run(code).splitlines() == ["app.old:names is not built (run: jaunt build)", "['__main__']"]


def test_a_deep_chain_of_modules_works(app: App) -> None:
    for n in range(120):
        app.write({f"app/m{n}.py": f"import jaunt\n@jaunt.magic\ndef f{n}(x: int) -> int: ...\n"})
        below = f"from app.m{n + 1} import f{n + 1} as below" if n < 119 else "below = abs"
        app.write({f"app/__generated__/m{n}.py": f"{below}\ndef f{n}(x: int) -> int:\n    return below(x) + 1\n"})
    assert app.run("from app.m0 import f0; print(f0(1), f0(2))") == "121 122"


@pytest.mark.parametrize(
    ("decorator", "call", "gives"),
    [
        ("functools.lru_cache(maxsize=None)", "names(1), names.cache_info().misses", "['__main__'] 1"),
        ("register", "HANDLERS[0](1)", "['__main__']"),
    ],
)
def test_what_a_decorator_above_got_hold_of_becomes_the_generated_function(
    app: App, decorator: str, call: str, gives: str
) -> None:
    above = f"import functools\nHANDLERS = []\ndef register(f):\n    HANDLERS.append(f)\n    return f\n\n@{decorator}\n"
    source = "import jaunt\n" + above + "@jaunt.magic\ndef names(depth: int) -> list[str]: ...\n"
    app.write({**OLD, "app/old.py": source})
    assert app.run(f"from app.old import HANDLERS, names; print({call})") == gives


def test_a_recursive_function_below_a_cache_finds_its_cache(app: App) -> None:
    app.write(
        {
            "app/fib.py": "import functools, jaunt\n@functools.cache\n@jaunt.magic\ndef fib(n: int) -> int: ...\n",
            "app/__generated__/fib.py": "def fib(n: int) -> int:\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n",
        }
    )
    assert app.run("from app.fib import fib; print(fib(90), fib.cache_info().misses)") == "2880067194370816120 91"
