"""The import child: what it reports of modules that fail, print, hang or end the process."""

import sys
from pathlib import Path

import pytest
from projects import ProjectFiles

from jaunt.project.importer import Imported, import_modules

SPEC = "import jaunt\n@jaunt.magic\ndef f(): ...\n"


def run(root: Path, *names: str, seconds: float = 30.0) -> dict[str, Imported]:
    return import_modules(names, path=[root], cwd=root, seconds=seconds)


def test_the_arguments_of_each_spec_come_back(project_files: ProjectFiles) -> None:
    root = project_files(
        {
            "words.py": SPEC,
            "m.py": (
                "import jaunt, words\n"
                "@jaunt.magic(prompt='a' * 2, deps=[words.f, 'x:y'], infer_deps=False)\ndef f(): ...\n"
                "@jaunt.magic(deps=words.f)\nclass C:\n    def __iter__(self): ...\n"
                "@jaunt.magic(deps=C)\ndef g(): ...\n"
                "@jaunt.magic(deps=(d for d in ['x:y']))\ndef h(): ...\n"
            ),
        }
    )
    assert run(root, "m") == {
        "m": Imported(
            specs={
                "f": {"prompt": "aa", "deps": ["words:f", "x:y"], "infer_deps": False},
                "C": {"deps": ["words:f"]},
                "g": {"deps": ["m:C"]},
                "h": {"deps": ["x:y"]},
            }
        )
    }


def test_nothing_is_imported_into_this_process(project_files: ProjectFiles) -> None:
    root = project_files({"only_in_the_child.py": SPEC})
    assert run(root, "only_in_the_child")["only_in_the_child"].specs == {"f": {}}
    assert "only_in_the_child" not in sys.modules


def test_what_a_module_prints_is_no_result(project_files: ProjectFiles) -> None:
    root = project_files(
        {
            "m.py": (
                "import os, sys, subprocess\n"
                "print('not json'); os.write(1, b'{\"name\": \"m\"}\\n'); sys.stdout.flush()\n"
                "sys.stdout.write('{}' * 100_000); sys.stderr.write('x' * 1_000_000)\n"
                "subprocess.run([sys.executable, '-c', 'print(1)'])\n" + SPEC
            )
        }
    )
    assert run(root, "m") == {"m": Imported(specs={"f": {}})}


def test_input_is_empty(project_files: ProjectFiles) -> None:
    root = project_files({"m.py": "name = input()\n"})
    assert run(root, "m")["m"].error.startswith("EOFError")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import no_such_thing", "ModuleNotFoundError: No module named 'no_such_thing'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise ValueError('a\\nb')", "ValueError: a"),
        ("import os; os._exit(7)", "ended the process (exit code 7)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended the process (exit code -9)"),
        ("raise KeyboardInterrupt", "ended the process"),
    ],
)
def test_a_module_that_fails_is_reported_and_the_others_are_imported(
    line: str, error: str, project_files: ProjectFiles
) -> None:
    root = project_files({"a.py": SPEC, "b.py": f"{line}\n", "c.py": SPEC})
    results = run(root, "a", "b", "c")
    assert results["b"].error.startswith(error)
    assert "\n" not in results["b"].error
    assert (results["a"], results["c"]) == (Imported(specs={"f": {}}), Imported(specs={"f": {}}))


def test_a_module_that_hangs_is_reported_and_the_others_are_imported(project_files: ProjectFiles) -> None:
    root = project_files({"a.py": SPEC, "b.py": "import threading\nthreading.Event().wait()\n", "c.py": SPEC})
    results = run(root, "a", "b", "c", seconds=1.5)
    assert results["b"].error == "did not finish importing within 1.5 s"
    assert results["a"].error == results["c"].error == ""


def test_a_process_that_a_module_leaves_behind_is_not_waited_for(project_files: ProjectFiles) -> None:
    code = "import pathlib, time; time.sleep(4); pathlib.Path('ended').touch()"
    root = project_files(
        {"m.py": f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {code!r}])\n{SPEC}"}
    )
    assert run(root, "m") == {"m": Imported(specs={"f": {}})}
    assert not (root / "ended").exists()


def test_a_module_that_fails_below_its_specs_still_tells_their_arguments(project_files: ProjectFiles) -> None:
    root = project_files({"m.py": f"{SPEC}raise ValueError('later')\n"})
    assert run(root, "m") == {"m": Imported("ValueError: later", {"f": {}})}


def test_module_level_code_that_uses_an_unbuilt_spec_is_no_error(project_files: ProjectFiles) -> None:
    root = project_files({"m.py": f"{SPEC}f()\n"})
    assert run(root, "m") == {"m": Imported(specs={"f": {}}, unbuilt=("m",))}


def test_generated_code_is_not_loaded(project_files: ProjectFiles) -> None:
    root = project_files(
        {
            "app/__init__.py": "",
            "app/m.py": "import jaunt\n@jaunt.magic\nclass C: ...\n",
            "app/__generated__/__init__.py": "",
            "app/__generated__/m.py": "1 / 0\n",
        }
    )
    assert run(root, "app.m") == {"app.m": Imported(specs={"C": {}})}


def test_arguments_that_are_no_data_are_an_error(project_files: ProjectFiles) -> None:
    root = project_files({"m.py": "import jaunt\n@jaunt.magic(deps=[3])\ndef f(): ...\n"})
    assert run(root, "m")["m"].error.startswith("decorator arguments: not a spec, a function or a class: 3")


def test_the_standard_library_comes_before_what_is_installed_beside_jaunt(
    project_files: ProjectFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    root = project_files(
        {
            "m.py": """
                import os, sys
                import jaunt
                standard, package = os.path.dirname(os.__file__), os.path.dirname(jaunt.__file__)
                order = [os.getcwd(), standard, os.path.dirname(package)]
                assert sorted(order, key=sys.path.index) == order
            """
        }
    )
    assert run(root, "m")["m"].error == ""


def test_no_modules_need_no_process(tmp_path: Path) -> None:
    assert run(tmp_path) == {}


KEEPERS = """
import functools, jaunt, typing

class App:
    def __init__(self):
        self.routes = []
    def add(self, path):
        def decorate(function):
            self.routes.append({"endpoint": function})
            return function
        return decorate
    def traced(self, function):
        @functools.wraps(function)
        def wrapper(*args):
            self.routes.append("call")
            return function(*args)
        self.routes.append(wrapper)
        return wrapper

class Wrapper:
    __slots__ = ("function",)
    def __init__(self, function):
        self.function = function
    def __call__(self, *args):
        return self.function(*args)

app = App()
SEEN = {}

def keep_wrapped(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    SEEN[function.__name__] = wrapper
    return wrapper

def keep_inner(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    SEEN[function.__name__] = function
    return wrapper

def wrap(function):
    call = Wrapper(function)
    @functools.wraps(function)
    def wrapper(*args):
        return call(*args)
    return wrapper

def mark(function):
    function.tags = ["x"]
    return function

def other(): ...

def swap(function):
    return other

class Registry(type):
    classes = []
    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        cls.classes.append(cls)

class Plain(type):
    def __new__(meta, name, bases, namespace):
        namespace["fields"] = [*namespace.get("__annotations__", {})]
        return super().__new__(meta, name, bases, namespace)
"""
USES = "import jaunt, functools, dataclasses, contextlib\nfrom keepers import *\n"


@pytest.mark.parametrize(
    ("spec", "keeper"),
    [
        ("@jaunt.magic\n@app.add('/x')\ndef f(): ...\n", "a dict"),
        ("@jaunt.magic\n@app.traced\ndef f(): ...\n", "a list"),
        ("@jaunt.magic\n@keep_wrapped\ndef f(): ...\n", "m.SEEN"),
        ("@jaunt.magic\n@keep_inner\ndef f(): ...\n", "m.SEEN"),
        ("@jaunt.magic\n@mark\n@app.add('/x')\ndef f(): ...\n", "a dict"),
        ("@jaunt.magic\n@wrap\n@app.add('/x')\ndef f(): ...\n", "a dict"),
        ("@jaunt.magic\n@app.add('/x')\nclass f: ...\n", "a dict"),
        ("@jaunt.magic\nclass f(metaclass=Registry): ...\n", "a list"),
        ("@jaunt.magic(prompt='''\ndef x\n''')\n@app.add('/x')\ndef f(): ...\n", "a dict"),
        ("@jaunt.magic\n# which says more\n\n@app.add('/x')\ndef f(): ...\n", "a dict"),
        ("if True:\n\t@ jaunt.magic\r\n\t@app.add('/x')\r\n\tdef f(): ...\r\n", "a dict"),
    ],
)
def test_a_stub_that_is_kept_by_others_is_told(project_files: ProjectFiles, spec: str, keeper: str) -> None:
    root = project_files({"keepers.py": KEEPERS, "m.py": USES + spec})
    found = run(root, "m")["m"]
    assert "f: " in found.error
    assert f"gave the stub to {keeper}" in found.error
    assert ("by hand" if "metaclass" in spec else "above @jaunt.magic") in found.hint


@pytest.mark.parametrize(
    "spec",
    [
        "def other(): ...\ndef swap(f): return other\n@jaunt.magic\n@swap\ndef f(): ...\n",
        "@jaunt.magic\n@swap\ndef f(): ...\n",
    ],
)
def test_a_decorator_that_puts_another_function_in_the_stubs_place_is_told(
    project_files: ProjectFiles, spec: str
) -> None:
    root = project_files({"keepers.py": KEEPERS, "m.py": USES + spec})
    found = run(root, "m")["m"]
    line = spec.count("\n", 0, spec.index("@jaunt")) + 3
    assert found.error == f"{root / 'm.py'}:{line}: f: a decorator below @jaunt.magic puts other in its place"
    assert "functools.wraps" in found.hint


@pytest.mark.parametrize(
    "spec",
    [
        "@app.add('/x')\n@jaunt.magic\ndef f(): ...\n",
        "@jaunt.magic\n@wrap\ndef f(): ...\n",
        "@jaunt.magic\n@mark\ndef f(): ...\n",
        "@jaunt.magic\n@contextlib.contextmanager\ndef f(): ...\n",
        "@jaunt.magic\n@dataclasses.dataclass\nclass f:\n    x: int\n",
        "@jaunt.magic\n@dataclasses.dataclass(slots=True)\nclass f:\n    x: int\n    def g(self): return __class__\n",
        "@jaunt.magic\n@functools.total_ordering\nclass f:\n    def __lt__(self, other): ...\n",
        "@jaunt.magic\nclass f(metaclass=Plain):\n    x: int\n    def g(self): return super().g()\n",
        "import pydantic\n@jaunt.magic\n@pydantic.validate_call\ndef f(n: int): ...\n",
        "import pydantic\n@jaunt.magic\nclass f(pydantic.BaseModel):\n    x: int\n    y: 'f | None' = None\n",
    ],
)
def test_a_stub_that_is_wrapped_or_marked_is_not_kept(project_files: ProjectFiles, spec: str) -> None:
    if "pydantic" in spec:
        pytest.importorskip("pydantic")
    root = project_files({"keepers.py": KEEPERS, "m.py": USES + spec})
    assert run(root, "m")["m"].error == ""


def test_a_module_whose_package_cannot_be_imported_is_told_though_it_could_be(project_files: ProjectFiles) -> None:
    root = project_files(
        {"app/__init__.py": "import app.a\n1 / 0\n", "app/a.py": SPEC, "app/sub/__init__.py": "", "app/sub/b.py": SPEC}
    )
    found = run(root, "app", "app.a", "app.sub.b")
    assert {each.error for each in found.values()} == {"ZeroDivisionError: division by zero"}
