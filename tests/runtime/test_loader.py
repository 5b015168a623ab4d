"""Where generated code is found, and what is said when there is none. Real packages, real child processes."""

import pytest
from apps import SLUG, App, define

pytestmark = pytest.mark.usefixtures("empty_registries")

TRY_SLUGIFY = """
from jaunt import JauntError
from app.slug import slugify
try:
    print(slugify("A B"))
except JauntError as error:
    print(type(error).__name__, error, sep="|")
"""


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


@pytest.mark.parametrize("built", [True, False], ids=["built", "unbuilt"])
def test_the_folders_of_a_package_are_not_listed_anew_for_each_of_its_modules(app: App, *, built: bool) -> None:
    """With 3,000 modules in a folder of 10,000 files, that took half a minute at each start of an application."""
    names = [f"slug{i}" for i in range(20)]
    spec = (app.root / "app" / "slug.py").read_text()
    app.write({f"app/{name}.py": spec for name in names})
    app.write({f"app/__generated__/{name}.py": SLUG for name in names if built})
    code = f"""
        import sys
        from jaunt import JauntNotBuiltError
        listed = []
        def note(event, found):
            if event in ("os.listdir", "os.scandir"): listed.append(found[0])
        sys.addaudithook(note)
        for name in {names!r}:
            try: print(__import__("app." + name, fromlist=["slugify"]).slugify("A B"))
            except JauntNotBuiltError: print("not built")
        print(len([folder for folder in listed if "app" in str(folder)]) <= 4)
        """
    assert app.run(code).splitlines() == ["a-b" if built else "not built"] * 20 + ["True"]


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
