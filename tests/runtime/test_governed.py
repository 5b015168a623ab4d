"""`jaunt.module()` as programs meet it: what its stubs are to whom, and when."""

import pytest
from apps import App

from jaunt.runtime.stubs import stub_names
from jaunt.syntax.source import parse_source

X = '''
    import jaunt
    jaunt.module()

    LIMIT = 3

    def f(a: int, *, b: int = 2) -> int:
        """Return a + b."""

    async def later() -> int: ...

    class Box:
        """A box."""
        def get(self) -> int: ...

    class Problem(Exception):
        """Ours."""

    def by_hand() -> int:
        return f(LIMIT)

    TABLE = {"f": f}
    alias = f
    '''
GENERATED = """
    from app.x import LIMIT

    def f(a: int, *, b: int = 2) -> int:
        return a + b

    async def later() -> int:
        return LIMIT

    class Box:
        def get(self) -> int:
            return LIMIT
    """


def write(app: App, **files: str) -> App:
    names = {name.replace("__in__", "/"): text for name, text in files.items()}
    app.write({"app/__init__.py": "", **{f"app/{name}.py": text for name, text in names.items()}})
    return app


def built(app: App, **files: str) -> App:
    return write(app, x=X, __generated____in__x=GENERATED, **files)


def test_built_stubs_are_the_generated_code(app: App) -> None:
    program = """
        import asyncio, inspect, pickle
        from app.x import f, later, Box, by_hand, TABLE, alias, Problem
        print(f(1), asyncio.run(later()), Box().get(), by_hand(), TABLE["f"](1), alias(1, b=0), Problem("p"))
        print(pickle.loads(pickle.dumps(f)) is f, type(pickle.loads(pickle.dumps(Box()))) is Box, f.__doc__)
        print(inspect.signature(f), inspect.signature(TABLE["f"]), f.__module__, f.__jaunt_spec_ref__)
        """
    assert built(app).run(program).splitlines() == [
        "3 3 3 5 3 1 p",
        "True True Return a + b.",
        "(a: int, *, b: int = 2) -> int (a: int, *, b: int = 2) -> int app.x app.x:f",
    ]


@pytest.mark.parametrize("call", ["x.f(1)", "x.Box()", "x.by_hand()", "x.TABLE['f'](1)", "asyncio.run(x.later())"])
def test_what_is_not_built_says_so_however_it_is_called(app: App, call: str) -> None:
    program = f"import asyncio, app.x as x\ntry:\n    {call}\nexcept Exception as error:\n    print(error)"
    assert "is not built (run: jaunt build)" in write(app, x=X).run(program)


def test_a_module_that_nobody_has_asked_for_a_name_has_its_code_all_the_same(app: App) -> None:
    spec = """
        import jaunt, registry
        jaunt.module()
        def f() -> int: ...
        @registry.known.append
        def handler() -> int:
            return f()
        """
    write(app, x=spec, __generated____in__x="def f() -> int:\n    return 7\n")
    app.write({"registry.py": "known = []\n"})
    assert app.run("import registry; import app.x; print(registry.known[0]())") == "7"


def test_who_imports_the_half_imported_module_has_what_is_there(app: App) -> None:
    spec = """
        import jaunt
        jaunt.module()
        def f() -> int: ...
        from app import other
        def g() -> int: ...
        """
    other = "from app.x import f\ntry:\n    from app.x import g\nexcept ImportError:\n    pass\ndef use(): return f()\n"
    write(app, x=spec, other=other, __generated____in__x="def f(): return 7\ndef g(): return 8\n")
    assert app.run("from app.x import g; from app.other import use; print(use(), g())") == "7 8"


def test_a_reloaded_module_is_governed_again(app: App) -> None:
    program = "import app.x, importlib; importlib.reload(app.x); print(app.x.f(1), app.x.by_hand())"
    assert built(app).run(program) == "3 5"


def test_an_import_that_fails_leaves_nothing(app: App) -> None:
    write(app, x=f"{X}\n    1 / 0\n")
    program = """
        import sys
        from jaunt.registry import get_magic_registry
        try:
            import app.x
        except ZeroDivisionError:
            print("app.x" in sys.modules, list(get_magic_registry()))
        """
    assert app.run(program) == "False []"


def test_decorated_specs_and_methods_beside_it_are_their_own(app: App) -> None:
    spec = """
        import jaunt
        jaunt.module(prompt="all")
        def f() -> int: ...
        @jaunt.magic(prompt="own")
        def g() -> int: ...
        class Kept:
            n = 1
            @jaunt.magic
            def get(self) -> int: ...
        """
    generated = "def f(): return 1\ndef g(): return 2\ndef Kept__get(self): return self.n + 2\n"
    write(app, x=spec, __generated____in__x=generated)
    program = """
        from app.x import f, g, Kept
        from jaunt.registry import get_magic_registry
        print(f(), g(), Kept().get())
        print({ref: entry.decorator_kwargs for ref, entry in sorted(get_magic_registry().items())})
        """
    assert app.run(program).splitlines() == [
        "1 2 3",
        "{'app.x:Kept.get': {}, 'app.x:f': {'prompt': 'all'}, 'app.x:g': {'prompt': 'own'}}",
    ]


def test_the_program_that_is_run_and_a_function_can_call_no_module(app: App) -> None:
    write(app, x=X, y="import jaunt\ndef g():\n    jaunt.module()\n")
    ended = app.python("-m", "app.x")
    assert "the module is run, not imported (run another one" in ended.stderr
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    assert "stands in a function or class" in app.python("-c", "from app.y import g; g()").stderr


def test_threads_that_import_at_once_get_the_code(app: App) -> None:
    program = """
        from concurrent.futures import ThreadPoolExecutor
        def use(_):
            from app.x import f, TABLE
            return f(1) + TABLE["f"](1)
        with ThreadPoolExecutor(8) as pool:
            print(set(pool.map(use, range(64))))
        """
    assert built(app).run(program) == "{6}"


@pytest.mark.parametrize(
    ("source", "is_stub"),
    [
        ("def f(): ...", True),
        ("def f(): pass", True),
        ("def f():\n    '''Doc.'''", True),
        ("def f():\n    '''Doc.'''\n    raise NotImplementedError('soon')", True),
        ("async def f():\n    ...\n    yield 0", True),
        ("def f():\n    yield", False),
        ("def f():\n    'Yield numbers.'\n    yield 0", True),
        ("async def f():\n    'Yield numbers.'\n    yield", True),
        ("def f(x):\n    'Yield it.'\n    yield x", False),
        ("class f:\n    def g(self):\n        'Yield numbers.'\n        yield 0", True),
        ("def f(): return None", False),
        ("def f():\n    raise ValueError", False),
        ("def f():\n    f'''Doc.'''", False),
        ("@g\ndef f(): ...", False),
        ("if True:\n    def f(): ...", False),
        ("class f:\n    def g(self): ...", True),
        ("class f:\n    n: int = 0\n    def g(self):\n        '''Doc.'''\n    @property\n    def h(self): ...", True),
        ("class f:\n    def g(self): ...\n    def h(self): return 1", False),
        ("class f: ...", False),
        ("class f(Exception):\n    '''Doc.'''", False),
        ("class f(Protocol):\n    def g(self): ...", False),
        ("class f(typing.Protocol[T]):\n    def g(self): ...", False),
        ("class f(ABC):\n    @abstractmethod\n    def g(self): ...", False),
        ("@dataclass\nclass f:\n    def g(self): ...", False),
    ],
)
def test_stubs_are_told_from_code(source: str, is_stub: bool) -> None:
    tree = parse_source("m", "m.py", source.encode()).tree
    assert stub_names(tree) == (["f"] if is_stub else [])
