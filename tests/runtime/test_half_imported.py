"""Classes whose generated code needs a spec module that is half imported."""

from textwrap import dedent

import pytest
from apps import LIMITER, App


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
    code = "import app.token, sys; print('app.__generated__.token' in sys.modules, app.token.Limiter().left())"
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


def test_all_waiting_classes_are_settled_at_once(app: App) -> None:
    app.write(TWO)
    code = """
        import sys, types, app.two
        from app.two import B
        print(B().value(), type(app.two) is types.ModuleType, vars(app.two)["A"]().value())
        print([type(made) in (app.two.A, app.two.B) for made in app.two.make()])
        """
    assert app.run(code).splitlines() == ["b word True a word", "[True, True]"]


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


def test_a_waiting_name_can_be_replaced_from_outside_and_put_back(app: App) -> None:
    app.write(TWO)
    code = """
        import types, app.two
        stub = vars(app.two)["A"]
        app.two.A = "mine"
        print(app.two.A, app.two.B().value(), app.two.A)
        app.two.A = stub
        print(app.two.A().value(), app.two.A is stub, type(app.two) is types.ModuleType)
        """
    assert app.run(code).splitlines() == ["mine b word mine", "a word False True"]


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


def package_with_specs(package: str) -> dict[str, str]:
    """Return a package that has specs in its `__init__.py`, which hands on a class spec of a module in it."""
    folder = package.replace(".", "/")
    generated = "/".join(["app/__generated__", *folder.split("/")[1:]])
    return {
        f"{folder}/__init__.py": f"""
            import jaunt
            @jaunt.magic
            class Box:
                def size(self) -> int: ...
            from {package}.keys import Key
            MARK = (Key,)
            LIMIT = 3
            """,
        f"{folder}/keys.py": "import jaunt\n\n@jaunt.magic\nclass Key(tuple):\n    '''A key.'''\n",
        f"{generated}/__init__.py": f"""
            from {package} import LIMIT, Key
            class Box:
                key = Key
                def size(self):
                    return LIMIT
            """,
        f"{generated}/keys.py": "class Key(tuple):\n    '''A key.'''\n",
    }


@pytest.mark.parametrize("package", ["app", "app.core"])
def test_a_module_does_not_wait_for_the_code_of_its_half_imported_package(app: App, package: str) -> None:
    app.write(package_with_specs(package))
    code = f"""
        import pickle, sys, {package} as p
        key = pickle.loads(pickle.dumps(p.MARK[0]((1,))))
        print(p.MARK[0] is p.Key is p.keys.Key is p.Box.key, key, p.Box().size())
        """
    assert app.run(code) == "True (1,) 3"


def package_with_function(code: str) -> dict[str, str]:
    """Return such a package whose own spec is a function, with the code that is generated for it."""
    files = package_with_specs("app")
    spec = "class Box:\n                def size(self) -> int: ...\n"
    assert spec in files["app/__init__.py"]
    files["app/__init__.py"] = files["app/__init__.py"].replace(spec, "def size() -> int: ...\n")
    return {**files, "app/__generated__/__init__.py": code}


def test_the_code_of_a_package_that_fails_fails_again_and_its_modules_work(app: App) -> None:
    app.write(package_with_function("print('run')\nimport nothing_there\n"))
    code = """
        import app
        for i in range(2):
            try:
                app.size()
            except ModuleNotFoundError as error:
                print(error.name)
        print(app.MARK[0] is app.keys.Key, app.Key((1,)))
        """
    lines = app.run(code).splitlines()
    assert lines[-1] == "True (1,)"
    assert lines.count("nothing_there") == 2


def test_threads_that_ask_for_the_held_code_of_a_package_run_it_once(app: App) -> None:
    app.write(
        package_with_function(
            "import time\ntime.sleep(0.05)\nprint('run')\nfrom app import LIMIT\ndef size() -> int:\n    return LIMIT\n"
        )
    )
    code = """
        from concurrent.futures import ThreadPoolExecutor
        import app
        size = vars(app)["size"]
        with ThreadPoolExecutor(4) as pool:
            print([each.result() for each in [pool.submit(size) for _ in range(4)]])
        """
    assert app.run(code).splitlines() == ["run", "[3, 3, 3, 3]"]
