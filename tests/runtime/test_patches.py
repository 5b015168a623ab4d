"""Patches in tests: of a spec module's names, which its generated code uses, and of generated code itself."""

import pytest
from apps import App

SHOP = {
    "app/shop.py": """
        import time
        import jaunt

        RATE = 2

        def fetch(name: str) -> int:
            return 7

        @jaunt.magic
        def price(name: str) -> int: ...

        @jaunt.magic
        def total(names: list[str]) -> int: ...

        @jaunt.magic
        class Till:
            def take(self) -> int: ...
        """,
    "app/__generated__/shop.py": """
        import time
        from app.shop import RATE, fetch

        def price(name: str) -> int:
            return fetch(name) * RATE

        def total(names: list[str]) -> int:
            return sum(price(name) for name in names)

        class Till:
            def take(self) -> int:
                return total(["a"])
        """,
}

TEST = """
    import unittest
    from unittest.mock import patch
    import app.shop
    from app.shop import Till, price, total

    class Test(unittest.TestCase):
        def test(self):
            for _ in range(2):
                with {patch}:
                    print(price("a"), total(["a", "b"]), Till().take())
                print(price("a"), total(["a", "b"]), Till().take())

    def test_by_pytest(monkeypatch):
        with monkeypatch.context() as m:
            m.setattr("app.shop.fetch", lambda name: 1)
            assert price("a") == 2
        assert price("a") == 14
    """


@pytest.mark.parametrize(
    ("patch", "printed"),
    [
        ('patch("app.shop.fetch", return_value=1)', "2 4 2"),
        ('patch("app.shop.RATE", 3)', "21 42 21"),
        ('patch.object(app.shop, "price", return_value=5)', "14 10 5"),
        ('patch.multiple("app.shop", fetch=lambda name: 1, RATE=1)', "1 2 1"),
        ('patch("app.__generated__.shop.fetch", return_value=1)', "2 4 2"),
    ],
)
def test_a_patch_of_a_name_that_generated_code_uses_takes_effect_for_its_time(
    app: App, patch: str, printed: str
) -> None:
    app.write({**SHOP, "test_shop.py": TEST.format(patch=patch)})
    child = app.python("-m", "unittest", "test_shop")
    assert child.returncode == 0, child.stderr
    assert child.stdout.splitlines() == [printed, "14 28 14"] * 2


def test_monkeypatch_of_pytest_does_too(app: App) -> None:
    app.write({**SHOP, "test_shop.py": TEST.format(patch='patch("app.shop.RATE", 2)')})
    child = app.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_shop.py")
    assert child.returncode == 0, child.stdout


@pytest.mark.parametrize("name", ["fetch", "price"])
def test_a_patch_that_is_active_at_the_first_call_does_not_stay(app: App, name: str) -> None:
    app.write(SHOP)
    code = f"""
        from unittest.mock import patch
        import app.shop
        with patch("app.shop.{name}", return_value=1):
            app.shop.total(["a"])
        print(app.shop.price("a"), app.shop.total(["a", "b"]))
        """
    assert app.run(code) == "14 28"


def test_a_patch_before_the_first_call_reaches_what_both_import_from_elsewhere(app: App) -> None:
    spec, code = SHOP["app/shop.py"], SHOP["app/__generated__/shop.py"]
    app.write(
        {
            "app/net.py": "def fetch(name: str) -> int:\n    return 7\n",
            "app/shop.py": spec.replace("import time\n", "import time\n        from app.net import fetch\n").replace(
                "def fetch(name: str) -> int:\n            return 7\n", ""
            ),
            "app/__generated__/shop.py": code.replace(
                "import RATE, fetch", "import RATE\n        from app.net import fetch"
            ),
        }
    )
    patched = """
        from unittest.mock import patch
        import app.shop
        with {patch}:
            print(app.shop.{call})
        print(app.shop.{call})
        """
    for patch, call, printed in (
        ('patch("app.shop.fetch", return_value=1)', 'total(["a"])', "2\n14"),
        ('patch.object(app.shop, "price", return_value=5)', "Till().take()", "5\n14"),
        ('patch.dict(vars(app.shop), {"Till": None})', 'total(["a"])', "14\n14"),
    ):
        assert app.run(patched.format(patch=patch, call=call)) == printed, patch


def test_a_patch_of_generated_code_at_the_first_call_does_not_stay(app: App) -> None:
    app.write(SHOP)
    code = """
        from unittest.mock import patch
        import app.shop
        for _ in range(2):
            with patch("app.__generated__.shop.price", return_value=1) as fake:
                print(app.shop.total(["a"]), app.shop.price("a"), fake.call_args)
            print(app.shop.price("a"), app.shop.total(["a", "b"]))
        """
    printed = app.run(code).splitlines()
    assert printed[1::2] == ["14 28", "14 28"]


def test_without_tests_a_loaded_spec_module_is_a_plain_module(app: App) -> None:
    app.write(SHOP)
    code = "import types, app.shop; app.shop.price('a'); print(type(app.shop) is types.ModuleType)"
    assert app.run(code) == "True"
