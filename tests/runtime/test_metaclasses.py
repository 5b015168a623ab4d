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


KINDS = {
    "an enum": (
        "from enum import Enum\n",
        "class Spec(Enum):\n    RED = 'r'\n    BLUE = 'b'\n    def told(self) -> str: {}\n    @property\n"
        "    def is_red(self) -> bool: return self is Spec.RED\n    @classmethod\n"
        "    def parse(cls, text: str) -> 'Spec': return cls(text)\n",
        "return self.name.lower()",
        "import pickle; m = Spec.parse('b'); print(m, m.told(), m.is_red, pickle.loads(pickle.dumps(m)) is m, [*Spec])",
        "Spec.BLUE blue False True [<Spec.RED: 'r'>, <Spec.BLUE: 'b'>]",
        ["Spec.RED.told()", "Spec.RED.is_red", "Spec.parse('b')", "Spec('b')"],
    ),
    "a flag": (
        "from enum import IntFlag, auto\n",
        "class Spec(IntFlag):\n    R = auto()\n    W = auto()\n    def told(self) -> str: {}\n",
        "return ''.join(p.name for p in Spec if p in self)",
        "print((Spec.R | Spec.W).told(), Spec.R.told(), Spec.W + 1)",
        "RW R 3",
        ["Spec.R.told()", "Spec(2)"],
    ),
    "a named tuple": (
        "from typing import NamedTuple\n",
        "class Spec(NamedTuple):\n    x: int\n    y: int = 2\n    def told(self) -> int: {}\n",
        "return self.x + self.y",
        "import pickle; s = Spec(1); print(s, s.told(), s._replace(y=5).told(), Spec._make([3, 4]), s == (1, 2), "
        "pickle.loads(pickle.dumps(s)))",
        "Spec(x=1, y=2) 3 6 Spec(x=3, y=4) True Spec(x=1, y=2)",
        ["Spec(1)", "Spec._make([1, 2])"],
    ),
    "a typed dict": (
        "from typing import TypedDict\n",
        "class Spec(TypedDict, total=False):\n    x: int\n",
        "",
        "print(Spec(x=1), Spec.__total__, Spec.__annotations__)",
        "{'x': 1} False {'x': <class 'int'>}",
        [],
    ),
    "a class with a metaclass of the project": (
        "from app.meta import Fields\n",
        "class Spec(metaclass=Fields):\n    x: int = 1\n    def told(self) -> int: {}\n",
        "return self.x + 1",
        "print(Spec().told(), Spec.fields, type(Spec).__name__)",
        "2 ['x'] Fields",
        ["Spec()", "object.__new__(Spec).told()"],
    ),
    "a class whose base has such a metaclass": (
        "from app.meta import Base\n",
        "class Spec(Base):\n    x: int = 1\n    def told(self) -> int: {}\n",
        "return self.x + 1",
        "print(Spec().told(), Spec.fields, Base in Spec.__mro__)",
        "2 ['x'] True",
        ["Spec()", "object.__new__(Spec).told()"],
    ),
    "a model of pydantic": (
        "from pydantic import BaseModel, field_validator\n",
        "class Spec(BaseModel):\n    x: int\n    @field_validator('x')\n    @classmethod\n"
        "    def _check(cls, value: int) -> int: return value + 1\n    def told(self) -> str: {}\n",
        "return f'x is {self.x}'",
        "print(Spec(x=1).told(), Spec.model_validate({'x': '3'}).x, Spec.__name__, isinstance(Spec(x=1), BaseModel))",
        "x is 2 4 Spec True",
        ["Spec(x=1)", "Spec.model_construct(x=1).told()"],
    ),
}
META = """
    class Fields(type):
        def __new__(meta, name, bases, namespace):
            namespace["fields"] = [*namespace.get("__annotations__", {})]
            return super().__new__(meta, name, bases, namespace)

    class Base(metaclass=Fields): ...
    """


@pytest.mark.parametrize("kind", KINDS)
def test_a_class_spec_may_have_a_metaclass(app: App, kind: str) -> None:
    head, spec, body, code, printed, calls = KINDS[kind]
    if "pydantic" in head:
        pytest.importorskip("pydantic")
    app.write({"app/a.py": f"import jaunt\n{head}\n@jaunt.magic\n{spec.replace('{}', '...')}", "app/meta.py": META})
    tries = "".join(f"try: print({call})\nexcept jaunt.JauntNotBuiltError: print('no')\n" for call in calls)
    assert app.run(f"import jaunt\nfrom app.a import *\n{tries}").split() == ["no"] * len(calls)
    app.write({"app/__generated__/a.py": head + spec.replace("{}", body)})
    assert app.run(f"from app.a import *\n{code}") == printed


@pytest.mark.parametrize(
    "metaclass",
    [
        "class M(type):\n    made = []\n    def __init__(cls, *args):\n        cls.made.append(cls)\n",
        "MADE = {}\nclass M(type):\n    def __init__(cls, name, *args):\n        MADE[name] = cls\n",
        "MADE = set()\nclass M(type):\n    def __new__(meta, *args):\n        made = super().__new__(meta, *args)\n"
        "        MADE.add(made)\n        return made\n",
    ],
)
def test_a_metaclass_that_keeps_its_classes_is_told_by_status_with_file_and_line(
    tmp_path: Path, run_in: RunIn, metaclass: str
) -> None:
    spec = f"import jaunt\n{metaclass}\nclass Base(metaclass=M): ...\n\n@jaunt.magic\nclass C(Base):\n    x: int\n"
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app/__init__.py": "", "src/app/a.py": spec})
    line = spec.split("\n").index("class C(Base):") + 1
    for command in ("status", "build --dry-run", "doctor"):
        said = run_in(tmp_path, *command.split())
        assert f"app/a.py:{line}: C: its metaclass" in said.out + said.err
        assert command == "doctor" or "write the class by hand" in said.out + said.err
