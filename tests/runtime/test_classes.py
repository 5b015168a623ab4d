"""Generated classes in the place of their stubs. Real packages, real child processes."""

import inspect

import pytest
from apps import GENERATED_LIMITER, LIMITER, App, define

from jaunt import JauntNotBuiltError

pytestmark = pytest.mark.usefixtures("empty_registries")


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


DOCUMENTED = '''
    class ByClass:
        def __init__(self, of_class, of_instance):
            self.of_class, self.of_instance = of_class, of_instance
        def __get__(self, instance, owner):
            return self.of_class if instance is None else self.of_instance(instance)

    {decorator}
    class Plain:
        """Of the class."""

    {decorator}
    class Named:
        """Of the class."""
        def __init__(self, name: str) -> None: {init}
        @property
        def __doc__(self) -> str: {doc}

    {decorator}
    class Both:
        __doc__ = ByClass("Of the class.", lambda self: "of one")

    {decorator}
    class Assigned:
        __doc__ = "Of the " + "class."
'''


def test_a_docstring_of_each_instance_is_not_replaced_by_that_of_the_class(app: App) -> None:
    stub = DOCUMENTED.format(decorator="@jaunt.magic", init="...", doc="...")
    code = DOCUMENTED.format(decorator="", init="self.name = name", doc="return f'of {self.name}'")
    app.write({"app/doc.py": f"    import jaunt\n{stub}", "app/__generated__/doc.py": code.replace("Of the", "By the")})
    printed = app.run(
        """
        from app.doc import Assigned, Both, Named, Plain
        print(Plain.__doc__, Plain().__doc__, Named("x").__doc__, Both.__doc__, Both().__doc__, Assigned.__doc__)
        """
    )
    assert printed == "Of the class. Of the class. of x By the class. of one Of the class."
