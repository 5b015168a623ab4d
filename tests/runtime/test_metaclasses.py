"""Class specs that implement abstract classes and protocols. Real packages, real child processes."""

from pathlib import Path

import pytest
from apps import App
from projects import CONFIG, write_files
from said import RunIn

CASES = {
    "a handwritten abstract class": (
        "import abc\nclass Shape(abc.ABC):\n    @abc.abstractmethod\n    def area(self) -> float: ...\n",
        "class Spec(Shape):\n    def area(self) -> float: {}\n",
        "from app.a import Shape\n",
        "return 4.0",
        "print(Spec().area(), isinstance(Spec(), Shape))",
        "4.0 True",
    ),
    "an abstract class itself": (
        "from abc import ABC, abstractmethod\n",
        "class Spec(ABC):\n    @abstractmethod\n    def area(self) -> float: ...\n    def name(self) -> str: {}\n",
        "from abc import ABC, abstractmethod\n",
        "return 'shape'",
        "class Own(Spec):\n    def area(self) -> float: return 1.0\nprint(Own().name(), Spec.__abstractmethods__)",
        "shape frozenset({'area'})",
    ),
    "a class of collections.abc": (
        "from collections.abc import Iterator, Sequence\n",
        "class Spec(Sequence[int]):\n    def __getitem__(self, i: int) -> int: {}\n    def __len__(self) -> int: {}\n",
        "from collections.abc import Sequence\n",
        "return (5, 7)[i] if 'i' in vars() else 2",
        "print(list(Spec()), 7 in Spec(), len(Spec()))",
        "[5, 7] True 2",
    ),
    "a protocol": (
        "from typing import Protocol\nclass Named(Protocol):\n    name: str\n",
        "class Spec(Named):\n    def __init__(self, name: str) -> None: {}\n",
        "from app.a import Named\n",
        "self.name = name",
        "import pickle; print(pickle.loads(pickle.dumps(Spec('x'))).name, Spec.__mro__[1] is Named)",
        "x True",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_class_spec_may_be_of_the_metaclass_of_abstract_classes(app: App, case: str) -> None:
    head, spec, imports, body, code, printed = CASES[case]
    app.write({"app/a.py": f"import jaunt\n{head}\n@jaunt.magic\n{spec.replace('{}', '...')}"})
    call = "try: Spec.__new__(Spec, 'x')\nexcept jaunt.JauntNotBuiltError: print('not built')"
    unbuilt = f"import jaunt\nfrom app.a import *\n{call}"
    assert app.run(unbuilt) == "not built"
    app.write({"app/__generated__/a.py": imports + spec.replace("{}", body)})
    assert app.run(f"from app.a import *\n{code}") == printed


@pytest.mark.parametrize(
    "spec",
    [
        "from enum import Enum\n@jaunt.magic\nclass C(Enum):\n    A = 1\n",
        "import typing\n@jaunt.magic\nclass C(typing.NamedTuple):\n    x: int\n",
        "from typing import TypedDict\n@jaunt.magic\nclass C(TypedDict):\n    x: int\n",
        "@jaunt.magic\nclass C(metaclass=type):\n    x: int\n",
    ],
)
def test_what_stays_refused_is_told_by_status_with_file_and_line(tmp_path: Path, run_in: RunIn, spec: str) -> None:
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app/__init__.py": "", "src/app/a.py": f"import jaunt\n{spec}"})
    line = f"import jaunt\n{spec}".split("\n").index(next(x for x in spec.split("\n") if x.startswith("class"))) + 1
    for command in ("status", "build --dry-run", "doctor"):
        said = run_in(tmp_path, *command.split())
        assert f"app/a.py:{line}: C: a class spec can't be an enum" in said.out + said.err
