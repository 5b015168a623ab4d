"""Which specs a file holds, and what is wrong with one."""

from pathlib import Path

import pytest
from projects import ProjectFiles

from jaunt.errors import JauntDiscoveryError
from jaunt.files.listing import ModuleFile, Root, find_files
from jaunt.specs.spec_module import SpecModule, scan_file, scan_modules

SPEC = "import jaunt\n@jaunt.magic\ndef f(): ...\n"


def scan(root: Path, name: str = "m") -> SpecModule:
    module = scan_file(ModuleFile(name, root.joinpath(*name.split(".")).with_suffix(".py"), root))
    assert module is not None
    return module


@pytest.mark.parametrize(
    "text",
    [
        "import jaunt\n@jaunt.magic\ndef f(): ...\n",
        "import jaunt\n@jaunt.magic()\nasync def f(): ...\n",
        "import jaunt as j\n@j.magic\nclass f: ...\n",
        "from jaunt import magic as m\n@m(deps=[])\ndef f(): ...\n",
        "from jaunt.runtime import magic\n@magic\ndef f(): ...\n",
        "try:\n    import jaunt\nexcept ImportError:\n    raise\n@jaunt.magic\ndef f(): ...\n",
        "import jaunt\nif True:\n    @jaunt.magic\n    def f(): ...\n",
        "import jaunt, functools\n@functools.cache\n@jaunt.magic\ndef f(): ...\n",
        "import jaunt\nspec = jaunt.magic\n@spec\ndef f(): ...\n",
        "import jaunt\nspec = jaunt.magic(deps=[])\n@spec\ndef f(): ...\n",
        "from jaunt import *\n@magic\ndef f(): ...\n",
        "# coding: latin-1\nimport jaunt\n@jaunt.magic\ndef f(): ...\nx = 'Ã©'\n",
    ],
)
def test_a_spec_is_found_however_its_decorator_is_named(text: str, project_files: ProjectFiles) -> None:
    root = project_files({"m.py": text.encode("latin-1")})
    module = scan(root)
    (entry,) = module.entries
    assert (entry.kind, entry.spec_ref, entry.qualname, entry.module) == ("magic", "m:f", "f", "m")
    assert Path(entry.source_file) == root / "m.py"
    assert (module.name, module.kind, module.problem, module.unread) == ("m", "magic", None, {})
    assert list(module.contracts) == ["f"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import jaunt\ndef f(): ...\n",
        "# jaunt\ndef f(): ...\n",
        "from other import magic\nimport jaunt\n@magic\ndef f(): ...\n",
        "class jaunt:\n    magic = staticmethod(lambda f: f)\n@jaunt.magic\ndef f(): ...\n",
        "import jaunt\nmagic = 1\n@magic\ndef f(): ...\n",
        "from jaunt import *\ndef magic(f): ...\n@magic\ndef f(): ...\n",
    ],
)
def test_a_file_without_a_spec_is_none(text: str, project_files: ProjectFiles) -> None:
    root = project_files({"m.py": text})
    assert scan_file(ModuleFile("m", root / "m.py", root)) is None


def test_a_broken_file_that_has_to_do_with_jaunt_is_a_problem_any_other_is_not(
    project_files: ProjectFiles,
) -> None:
    root = project_files({"spec.py": "import jaunt\ndef (\n", "other.py": "def (\n", "bin.py": b"\xff\xfe\x00"})
    modules = scan_modules(find_files([Root(root, root)], generated_dir="__generated__"))
    assert [(m.name, bool(m.problem), m.entries) for m in modules] == [("spec", True, ())]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"import jaunt\ndef (\n", "m.py:2:5: syntax error"),
        (b"import jaunt\nx = '\xe9'\n", "m.py:2: not valid utf-8"),
        (b"import jaunt\nx = '\x00'\n", "m.py"),
        (b"# coding: nonsense\nimport jaunt\nx = '\xe9'\n", "m.py: syntax error: unknown encoding"),
        (SPEC.encode() + b"@jaunt.test\ndef test_f(): ...\n", "m.py: mixes @jaunt.magic and @jaunt.test"),
        (
            b"import jaunt\nclass C:\n    @jaunt.magic\n    class D: ...\n",
            "m.py:4: C.D: a spec stands at module level, or is a method of a class there",
        ),
        (
            b"import jaunt\ndef g():\n    @jaunt.magic()\n    def f(): ...\n",
            "m.py:4: g.f: a spec stands at module level",
        ),
        (b"import jaunt\n@jaunt.test\nclass TestC: ...\n", "m.py:3: TestC: a test spec must be a function"),
        (
            b"import enum\nimport jaunt\n@jaunt.magic\nclass E(enum.IntEnum):\n    A = 1, 'a'\n"
            b"    def __new__(cls, n, name): ...\n",
            "m.py:6: E.__new__: makes the members of E as soon as it is defined, so it can't be a stub",
        ),
        (b"import jaunt\n@jaunt.magic(dep=[])\ndef f(): ...\n", "m.py:2: unknown decorator argument 'dep'"),
        (
            b"import jaunt\n@jaunt.magic([])\ndef f(): ...\n",
            "m.py:2: the decorator takes keyword arguments only",
        ),
        (b"import jaunt\n@jaunt.magic(deps=['f'])\ndef f(): ...\n", "m.py:2: deps: not a spec reference"),
        (b"import jaunt\n@jaunt.magic(prompt=3)\ndef f(): ...\n", "m.py:2: prompt must be a string, not 3"),
        (
            b"import jaunt\n@jaunt.magic(infer_deps='no')\ndef f(): ...\n",
            "m.py:2: infer_deps must be True or False, not 'no'",
        ),
    ],
)
def test_a_module_that_is_wrong_has_a_problem_that_says_where(
    data: bytes, message: str, project_files: ProjectFiles
) -> None:
    root = project_files({"m.py": data})
    problem = scan(root).problem
    assert isinstance(problem, JauntDiscoveryError)
    assert problem.message.removeprefix(f"{root}/").startswith(message)
    assert "\n" not in problem.message


@pytest.mark.parametrize(
    ("base", "member"),
    [
        ("Enum", "def __new__(cls, n): return object.__new__(cls)"),
        ("Enum", "def __init__(self, n): ..."),
        ("object", "def __new__(cls, n): ..."),
    ],
)
def test_what_makes_no_member_of_an_enum_may_be_a_stub(base: str, member: str, project_files: ProjectFiles) -> None:
    text = f"from enum import Enum\nimport jaunt\n@jaunt.magic\nclass E({base}):\n    A = 1\n    {member}\n"
    assert scan(project_files({"m.py": text})).problem is None


def test_an_unreadable_file_is_a_problem(project_files: ProjectFiles) -> None:
    root = project_files({"m.py": SPEC})
    file = ModuleFile("m", root / "gone.py", root)
    module = scan_file(file)
    assert module is not None
    assert str(module.problem) == f"{root}/gone.py: cannot be read: No such file or directory"


def test_two_files_of_one_module_are_a_problem_that_names_both(project_files: ProjectFiles) -> None:
    root = project_files({"one/app/m.py": SPEC, "two/app/m.py": "x = 1\n", "one/app/n.py": SPEC, "two/o.py": SPEC})
    roots = [Root(root / name, root / name) for name in ("one", "two")]
    modules = {m.name: m for m in scan_modules(find_files(roots, generated_dir="__generated__"))}
    assert [name for name, m in modules.items() if m.problem] == ["app.m"]
    assert str(modules["app.m"].problem) == f"{root}/one/app/m.py and {root}/two/app/m.py: both are the module 'app.m'"


def test_a_module_and_a_package_of_one_name_are_a_problem(project_files: ProjectFiles) -> None:
    root = project_files({"app.py": SPEC, "app/__init__.py": ""})
    (module,) = scan_modules(find_files([Root(root, root)], generated_dir="__generated__"))
    assert "app.py" in str(module.problem) and "app/__init__.py" in str(module.problem)


def test_entries_are_sorted_and_of_one_kind(project_files: ProjectFiles) -> None:
    root = project_files(
        {
            "m.py": """
                from jaunt import test

                @test
                def test_b(): ...

                @test()
                def test_a(): ...

                def helper(): ...
            """
        }
    )
    module = scan(root)
    assert ([e.qualname for e in module.entries], module.kind) == (["test_a", "test_b"], "test")


def test_a_broken_test_file_is_of_the_kind_that_its_root_is_for(project_files: ProjectFiles) -> None:
    root = project_files({"tests/test_a.py": "import jaunt\ndef (\n", "src/a.py": "import jaunt\ndef (\n"})
    roots = [Root(root / "src", root / "src"), Root(root / "tests", root, "test")]
    modules = scan_modules(find_files(roots, generated_dir="__generated__"))
    assert [(m.name, m.kind) for m in modules] == [("a", "magic"), ("tests.test_a", "test")]


def test_a_module_of_any_size_and_depth_is_read(project_files: ProjectFiles) -> None:
    deep = "import jaunt\n@jaunt.magic\ndef f(x=" + "+".join(["1"] * 1_200) + "): ...\n"
    assert [e.qualname for e in scan(project_files({"m.py": deep})).entries] == ["f"]
