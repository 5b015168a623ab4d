"""Functions that forward to generated ones. Real packages, real child processes."""

import pytest
from apps import SLUG, App


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
        ("target, /, *, forward=2", "1"),
        ("a, forward=2, make=3", "1, make=4"),
        ("a, *more, b=2, **others", "1, 2, 3, b=4, c=5"),
        ("a, b=2", ""),
        ("a", "1, 2"),
        ("a", "b=1"),
        ("a, /", "a=1"),
        ("*, a", "1"),
        ("a", "1, a=2"),
        ("é, _x, __y__=None", "1, _x=2"),
    ],
)
def test_every_call_passes_its_arguments_as_to_the_generated_function(app: App, parameters: str, call: str) -> None:
    sorts = {
        "function": ("def", "return", "value"),
        "coroutine": ("async def", "return", "value.send(None)"),
        "generator": ("def", "yield", "next(value)"),
        "async_generator": ("async def", "yield", "anext(value).send(None)"),
    }
    for name, (define, give, _) in sorts.items():
        stub = f"import jaunt\n@jaunt.magic\n{define} f({parameters}): {give}\n"
        generated = f"{define} f({parameters}):\n    {give} sorted(locals().items())\n"
        app.write({f"app/{name}.py": stub, f"app/__generated__/{name}.py": generated})
    for by_hand in (True, False):  # generated code that is imported before it is waited for has another namespace
        code = f"""
            from importlib import import_module
            def result(f, run):
                try:
                    value = f({call})
                    return str(eval(run))
                except (StopIteration, TypeError) as error:
                    return str(error)
            for name, (_, _, run) in {sorts}.items():
                specs = import_module("app." + name)
                if not {by_hand}: specs.f
                direct = import_module("app.__generated__." + name)
                assert (specs.f is not direct.f) == {by_hand}
                print(len({{result(f, run) for f in (direct.f, specs.f, specs.f, specs.f)}}))
            """
        assert app.run(code).split() == ["1"] * 4


def test_defaults_are_those_of_the_generated_function(app: App) -> None:
    code = "A = object()\ndef slugify(text=A, *, sep=A):\n    return text is A and sep is A\n"
    app.write({"app/__generated__/slug.py": code})
    assert app.run("from app.slug import slugify; print(slugify(), slugify(), slugify(1))") == "True True False"


def test_a_mutable_default_is_shared_with_the_generated_function(app: App) -> None:
    app.write({"app/f.py": "import jaunt\n@jaunt.magic\ndef f(x, seen=[]): ...\n"})
    app.write({"app/__generated__/f.py": "def f(x, seen=[]):\n    seen.append(x)\n    return seen\n"})
    code = "from app.f import f; from app.__generated__.f import f as direct; print(f(1), direct(2), f(3), f(4, []))"
    assert app.run(code) == "[1, 2, 3] [1, 2, 3] [1, 2, 3] [4]"


@pytest.mark.parametrize(
    "generated",
    [
        "@functools.cache\ndef f(a, b=2): return a, b\n",
        "f = functools.partial(lambda c, a, b=2: (a, b), 0)\n",
        "def g(a, b=2): return a, b\n@functools.wraps(g)\ndef f(*args, **kwargs): return g(*args, **kwargs)\n",
        "def g(a, b=2): return a, b\n@functools.wraps(g)\ndef f(a, b=2, *, hidden=g): return hidden(a, b)\n",
        "class F:\n    def __call__(self, a, b=2): return a, b\n    def __len__(self): return 0\nf = F()\n",
        "class F:\n    def f(self, a, b=2): return a, b\nf = F().f\n",
        "def make(c):\n    def f(a, b=c): return (lambda: (a, b))()\n    return f\nf = make(2)\n",
        "f = lambda a, b=2: (a, b)\n",
    ],
    ids=["cached", "partial", "gathers", "one more parameter", "falsy object", "method", "closure", "lambda"],
)
def test_a_generated_function_may_be_any_callable(app: App, generated: str) -> None:
    app.write({"app/f.py": "import jaunt\n@jaunt.magic\ndef f(a, b=2): ...\n"})
    app.write({"app/__generated__/f.py": f"import functools\n{generated}"})
    printed = app.run("from app.f import f; print([(f(1), f(3, 4), f(a=5), f(6, b=7)) for _ in range(2)])")
    assert printed == str([((1, 2), (3, 4), (5, 2), (6, 7))] * 2)


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


def test_a_function_pickles_by_its_name_and_copies_as_itself(app: App) -> None:
    app.write({"app/__generated__/slug.py": SLUG})
    code = """
        import copy, pickle
        from app.slug import slugify
        for _ in range(2):
            copies = pickle.loads(pickle.dumps(slugify)), copy.copy(slugify), copy.deepcopy(slugify)
            print([each is slugify for each in copies], slugify("A B"))
        """
    assert app.run(code).splitlines() == ["[True, True, True] a-b"] * 2


def test_a_function_looks_the_same_before_and_after_its_first_call(app: App) -> None:
    app.write({"app/__generated__/slug.py": SLUG, **KINDS})
    code = """
        import asyncio, inspect
        from app.kinds import acount, aplus, count
        from app.slug import slugify

        def looks():
            tests = inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction
            functions = slugify, aplus, count, acount
            return [(str(inspect.signature(f)), f.__qualname__, *[test(f) for test in tests]) for f in functions]

        async def use():
            return slugify("A B"), await aplus(1), list(count(1)), [i async for i in acount(1)]

        before = looks()
        print(*asyncio.run(use()))
        print(looks() == before, [look[2:] for look in before])
        """
    sorts = "[(False, False, False), (True, False, False), (False, True, False), (False, False, True)]"
    assert app.run(code).splitlines() == ["closed", "closed", "a-b 2 [0] [0]", f"True {sorts}"]


def test_a_tracer_sees_the_lines_of_the_generated_code_at_every_call(app: App) -> None:
    app.write({"app/__generated__/slug.py": SLUG})
    code = """
        import sys
        from app.slug import slugify
        lines = []
        def trace(frame, event, _):
            if frame.f_code.co_name == "slugify" and event == "line":
                lines.append((frame.f_code.co_filename.split("/")[-2], frame.f_lineno))
            return trace
        sys.settrace(trace)
        for _ in range(3):
            slugify("A")
        sys.settrace(None)
        print(set(lines), len(lines))
        """
    assert app.run(code) == "{('__generated__', 2)} 3"


# What changes below the forwarder


def test_a_function_that_calls_itself_through_its_spec_module_works_while_it_is_loaded_too(app: App) -> None:
    app.write(
        {
            "app/sums.py": "import jaunt\n@jaunt.magic\ndef sum_to(n: int) -> int: ...\n",
            "app/__generated__/sums.py": """
                from app import sums
                def sum_to(n):
                    return n + sums.sum_to(n - 1) if n else 0
                TEN = sums.sum_to(10)
                """,
        }
    )
    code = "from app import sums; print(sums.sum_to(200)); from app.__generated__.sums import TEN; print(TEN)"
    assert app.run(code).split() == ["20100", "55"]


def test_a_replaced_spec_is_replaced_and_comes_back(app: App) -> None:
    app.write({"app/__generated__/slug.py": SLUG})
    code = """
        from unittest.mock import patch
        import app.slug
        for _ in range(2):
            with patch("app.slug.slugify", autospec=True, return_value="fake") as fake:
                try: app.slug.slugify("A", separator="")
                except TypeError as error: print(error)
                print(app.slug.slugify("A", sep=""), fake.call_count)
            print(app.slug.slugify("A B"))
        """
    assert app.run(code).splitlines() == ["got an unexpected keyword argument 'separator'", "fake 1", "a-b"] * 2


def test_what_a_generated_function_uses_can_be_replaced_at_any_time(app: App) -> None:
    generated = "def join(words, sep): return sep.join(words)\ndef slugify(text, *, sep='-'): return join(text, sep)\n"
    app.write({"app/__generated__/slug.py": generated})
    code = """
        from unittest.mock import patch
        from app.slug import slugify
        print(slugify("ab"))
        with patch("app.__generated__.slug.join", return_value="fake"):
            print(slugify("ab"))
        with patch.dict(__import__("app.__generated__.slug").__generated__.slug.slugify.__kwdefaults__, sep="+"):
            print(slugify("ab"))
        print(slugify("ab"))
        """
    assert app.run(code).split() == ["a-b", "fake", "a+b", "a-b"]


def test_a_body_that_a_reloader_puts_into_the_generated_function_is_what_runs(app: App) -> None:
    app.write({"app/__generated__/slug.py": SLUG})
    code = """
        from app.slug import slugify
        from app.__generated__.slug import slugify as generated
        print(slugify("A"))
        def new(text, *, sep): return ("new", text, sep)
        generated.__code__ = new.__code__
        print(slugify("A"), slugify("B", sep="+"))
        """
    assert app.run(code).splitlines() == ["a", "('new', 'A', '-') ('new', 'B', '+')"]


def test_a_reloaded_spec_module_forwards_to_the_reloaded_code_with_its_new_parameters(app: App) -> None:
    app.write({"app/__generated__/slug.py": SLUG})
    changed = SLUG.replace("sep='-'", "sep='+', case=str.upper").replace("text.lower()", "case(text)")
    code = f"""
        import importlib, os
        from pathlib import Path
        import app.slug
        from app.slug import slugify
        print(slugify("a b"))
        file = Path("app/__generated__/slug.py")
        file.write_text({changed!r})
        os.utime(file, (0, 0))
        importlib.reload(importlib.import_module("app.__generated__.slug"))
        print(slugify("a b"))
        importlib.reload(app.slug)
        print(app.slug.slugify("a b"), app.slug.slugify("A", case=str.lower), slugify("a b"))
        """
    assert app.run(code).splitlines() == ["a-b", "a-b", "A+B a a-b"]
