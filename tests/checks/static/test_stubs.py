"""Which candidates have only a stub where a spec wants code, and what they are told."""

import ast

import pytest

from jaunt.checks.static.stubs import stub_errors
from jaunt.syntax.source import ModuleSource

FUNCTION = 'def add(a: int, b: int) -> int:\n    """Return the sum."""\n    ...\n'
QUIET = 'def log(text: str) -> None:\n    """Write the text to the log."""\n    ...\n'
CLASS = '''\
from abc import ABC, abstractmethod
class Shop(ABC):
    """A shop."""

    def __init__(self, name: str) -> None:
        """Keep the name."""
    def price(self) -> int:
        """Return the price."""
    @abstractmethod
    def tax(self) -> int:
        """Return the tax."""
'''


def errors_of(spec: str, answer: str, name: str = "add") -> list[str]:
    """Return what is said of the stubs in an answer to a spec module."""
    sources = (
        ModuleSource(module, f"{module}.py", text, ast.parse(text)) for module, text in (("m", spec), ("g", answer))
    )
    wanted, candidate = sources
    return [*stub_errors(candidate, wanted, [name])]


def body(text: str) -> str:
    return f"def add(a: int, b: int) -> int:\n    {text}\n"


@pytest.mark.parametrize(
    "answer",
    [
        body("..."),
        body("pass"),
        body('"""Return the sum."""'),
        body('"""Return the sum."""\n    ...'),
        body("raise NotImplementedError"),
        body("raise NotImplementedError('add')"),
        body("raise NotImplementedError\n    return a + b"),
        body('raise RuntimeError("not implemented yet")'),
        body('raise Exception("TODO")'),
        body("# TODO: add them\n    return 0"),
        body("return 0  # FIXME"),
        body('"TODO"\n    return 0'),
        body('print("TODO: implement this")\n    return 0'),
        body("# your code here\n    pass"),
        body("'Adds.'\n    'Really.'"),
        body("del a, b\n    raise NotImplementedError"),
        body("_ = a\n    print('adding')\n    raise NotImplementedError"),
        body("if True:\n        raise NotImplementedError"),
        body("error = NotImplementedError('later')\n    raise error"),
        body("return NotImplemented"),
        body("return ..."),
        body("# TODO: implement\n    return a"),
        body("return a  # FIXME"),
        body("return 0  # placeholder"),
        body("print('TODO')\n    return b"),
        body("assert False, 'not implemented'\n    return a"),
        body("return add(a, b)"),
        "def _sum(a, b):\n    ...\ndef add(a: int, b: int) -> int:\n    return _sum(a, b)\n",
        "def _a(a, b):\n    return _b(a, b)\ndef _b(a, b):\n    raise NotImplementedError\n" + body("return _a(a, b)"),
        "def _sum(a, b):\n    pass\nadd = _sum\n",
        "async " + body("..."),
    ],
)
def test_a_stub_is_refused_with_its_line_and_its_text(answer: str) -> None:
    (error,) = errors_of(FUNCTION, answer)
    assert error.startswith("line ")
    assert ": add: still has only a stub for its body (`" in error
    assert "write the code" in error


@pytest.mark.parametrize(
    "answer",
    [
        body("return a + b"),
        body("return 0"),  # wrong, but no stub
        body("# TODO: make it faster\n    return a + b"),
        body('if a < 0:\n        raise ValueError("TODO")\n    return a + b'),
        body("pass\n    return a + b"),
        body("return add(a - 1, b + 1)"),
        "def _sum(a, b):\n    return a + b\ndef add(a: int, b: int) -> int:\n    return _sum(a, b)\n",
        "from operator import add\n",
        "import operator\nadd = operator.add\n",
        "def _unused():\n    pass\n" + body("return a + b"),
        "class _Base:\n    def run(self):\n        raise NotImplementedError\n" + body("return a + b"),
    ],
)
def test_code_is_no_stub(answer: str) -> None:
    assert errors_of(FUNCTION, answer) == []


def test_a_function_that_returns_nothing_is_told_how_to_do_nothing() -> None:
    (error,) = errors_of(QUIET, "def log(text: str) -> None:\n    pass\n", "log")
    assert error == (
        "line 1: log: still has only a stub for its body (`pass`): write the code that its docstring describes; "
        "if it is to do nothing, its body is `return None`"
    )
    assert errors_of(QUIET, "def log(text: str) -> None:\n    return None\n", "log") == []


@pytest.mark.parametrize(
    "docstring",
    [
        "Do nothing.",
        "A no-op.",
        "Does nothing; subclasses override it.",
        "Log nothing.",
        "Writes nothing",
    ],
)
def test_what_is_documented_to_do_nothing_may_be_empty(docstring: str) -> None:
    spec = QUIET.replace("Write the text to the log.", docstring)
    assert errors_of(spec, "def log(text: str) -> None:\n    pass\n", "log") == []
    assert errors_of(spec, "def log(text: str) -> None:\n    raise NotImplementedError\n", "log")


@pytest.mark.parametrize(
    ("name", "docstring", "is_empty"),
    [("visit_block", "Stop visiting at blocks.", True), ("stop_clock", "Stop timing.", False),
     ("visit_block", "Stop counting at blocks.", False), ("visit", "Stop visiting. Return to the top.", False)],
)  # fmt: skip
def test_what_stops_what_its_name_says_may_be_empty(name: str, docstring: str, is_empty: bool) -> None:
    spec = QUIET.replace("Write the text to the log.", docstring).replace("def log", f"def {name}")
    assert (errors_of(spec, f"def {name}(text: str) -> None:\n    pass\n", name) == []) == is_empty


def test_doing_nothing_in_one_case_is_no_leave_to_be_empty() -> None:
    spec = QUIET.replace("Write the text to the log.", "Write the text; does nothing if it is empty.")
    assert errors_of(spec, "def log(text: str) -> None:\n    pass\n", "log")


def test_a_documented_exception_is_code() -> None:
    spec = FUNCTION.replace("Return the sum.", "Return the sum; raises NotImplementedError on this platform.")
    assert errors_of(spec, body("raise NotImplementedError")) == []
    assert errors_of(spec, body("..."))


def test_methods_are_looked_at_and_abstract_ones_are_not() -> None:
    answer = CLASS.replace('        """Keep the name."""', "        self.name = name")
    (error,) = errors_of(CLASS, answer, "Shop")
    assert error.startswith("line 7: Shop.price: still has only a stub")
    (first, second) = errors_of(CLASS, CLASS, "Shop")
    assert "Shop.__init__" in first
    assert "Shop.price" in second


def test_a_method_made_abstract_by_the_candidate_is_a_stub() -> None:
    answer = CLASS.replace("    def price", "    @abstractmethod\n    def price")
    assert any("Shop.price" in error for error in errors_of(CLASS, answer, "Shop"))


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("from typing import Protocol\nclass P(Protocol):\n    def f(self) -> int: ...\n", "P"),
        ('class E(ValueError):\n    """It failed."""\n', "E"),
        ('class Empty:\n    def __init__(self) -> None:\n        """Make one."""\n        pass\n', "Empty"),
        ("class C:\n    def __exit__(self, *error: object) -> None:\n        pass\n", "C"),
        ("class C:\n    async def __aenter__(self) -> None:\n        pass\n", "C"),
        ('class C:\n    def close(self) -> None:\n        """Optional: close files."""\n        pass\n', "C"),
    ],
)
def test_what_needs_no_code_may_have_none(spec: str, name: str) -> None:
    assert errors_of(spec, spec, name) == []


def test_setters_and_inner_classes_are_looked_at() -> None:
    spec = (
        "class A:\n    class B:\n        def f(self) -> int: ...\n    @property\n    def x(self) -> int: ...\n"
        "    @x.setter\n    def x(self, value: int) -> None: ...\n"
    )
    answer = spec.replace("def x(self) -> int: ...", "def x(self) -> int: return 1")
    assert [error.split(": ")[1] for error in errors_of(spec, answer, "A")] == ["A.B.f", "A.x"]


LEFT = """\
class Reader:
    def read(self):
        ...
    def rest(self):
        ...
class FileReader(Reader):
    def read(self):
        ...
"""
RAISES = """\
class Reader:
    def read(self):
        raise NotImplementedError
    def rest(self):
        return 1
"""


@pytest.mark.parametrize("docstring", ["", "Subclasses must implement it.", "To be overridden in subclasses: a line."])
def test_a_method_that_is_left_to_subclasses_may_raise(docstring: str) -> None:
    spec = LEFT.replace("        ...", f'        """{docstring}"""', 1) if docstring else LEFT
    assert errors_of(spec, RAISES, "Reader") == []
    if not docstring:
        assert errors_of(spec, RAISES.replace("raise NotImplementedError", "pass"), "Reader") == []


def test_a_method_that_has_a_contract_or_no_subclass_may_not_raise() -> None:
    assert errors_of(LEFT.replace("        ...", '        """Return a line."""', 1), RAISES, "Reader") != []
    documented = LEFT.replace("        ...", '        """Subclasses must return a line."""', 1)
    assert errors_of(documented, RAISES.replace("raise NotImplementedError", "pass"), "Reader") != []
    assert errors_of(LEFT.replace("(Reader)", ""), RAISES, "Reader") != []
    assert errors_of(LEFT, RAISES.replace("return 1", "raise NotImplementedError"), "Reader") != []
    assert errors_of(LEFT, RAISES.replace("raise NotImplementedError", "..."), "Reader") != []


HOOKED = """\
class Field:
    '''A field.'''
    def validate(self, form):
        '''{docstring}'''
"""
OF_HOOKS = [
    "Override if you need field-level validation. Runs before any other validators.",
    "Override this to check the form.",
    "Hook for subclasses: check the form.",
    "A hook that is called before all validators.",
    "Called before all validators. Subclasses may override it to check the form.",
    "Invoked once a form.\n\n        Can be overridden in subclasses.",
    "Subclasses can implement further checks here.",
    "Check the form. The default implementation does nothing.",
    "Check the form.\n\n        Does nothing by default.",
    "A method that may be overridden.",
    "Called when a form is sent.\n\n        Args:\n            form: The form.",
    "Nothing to do.",
    "Don't validate the form.",
]
OF_WORK = [
    "Check the form. Subclasses may override this.",
    "Override the settings of the form by its data.",
    "Hook the form to the page.",
    "Call the hook of the form.",
    "Run each hook that subclasses may override.",
    "Extend the errors by those of the form.",
    "Run the validators. Can be overridden.",
    "Check the form; if it is empty, do nothing.",
    "If the form is empty, do nothing. Otherwise add an error.",
    "Don't raise where the form is empty.",
    "Don't validate twice. Add an error.",
    "Write the labels that subclasses define.",
    "Called when a form is sent. Add an error.",
    "Called with a form.\n\n        Returns:\n            Its errors.",
    "If there is nothing to do, stop.",
]


@pytest.mark.parametrize("docstring", OF_HOOKS)
def test_a_documented_hook_may_be_empty(docstring: str) -> None:
    spec = HOOKED.format(docstring=docstring)
    assert errors_of(spec, f"{spec}        pass\n", "Field") == []
    assert errors_of(spec.replace("(self, form)", "(self, form) -> bool"), f"{spec}        pass\n", "Field") != []
    assert errors_of(spec, f"{spec}        ...\n", "Field") != []


@pytest.mark.parametrize("docstring", OF_WORK)
def test_a_docstring_that_asks_for_work_is_no_hook(docstring: str) -> None:
    spec = HOOKED.format(docstring=docstring)
    assert errors_of(spec, f"{spec}        pass\n", "Field") != []
    assert errors_of(spec, f"{spec}        raise NotImplementedError\n", "Field") != []


@pytest.mark.parametrize(
    ("docstring", "around", "is_left"),
    [
        ("Implementations must override this to give a token.", "A field.", True),
        ("An abstract method.", "A field.", True),
        ("Check it. Must be implemented by subclasses.", "A field.", True),
        ("Check the form.", "Subclasses must implement :meth:`validate` to check the form.", True),
        ("Check the form.", "Child classes should implement:\n\n    * ``validate(form)``\n    * ``show``", True),
        ("Check the form.", "It shows:\n\n    * what `validate` tells\n\n    Subclasses must implement `show`.", False),
        ("Check the form.", "Subclasses must implement `populate`.", False),
        ("Check the form.", "Subclasses must call validate() first.", False),
        ("Check the form. You must call it first.", "A field.", False),
        ("Check the form. Subclasses must call this first.", "A field.", False),
        ("Return the abstract of the paper.", "A field.", False),
        ("Check the form. Subclasses may override it.", "A field.", False),
    ],
)
def test_a_method_may_only_raise_where_it_or_its_class_says_that_others_implement_it(
    docstring: str, around: str, *, is_left: bool
) -> None:
    spec = HOOKED.replace("A field.", around).format(docstring=docstring)
    assert (errors_of(spec, f"{spec}        raise NotImplementedError\n", "Field") == []) is is_left


def test_a_method_may_hand_on_to_an_abstract_one() -> None:
    spec = CLASS.replace("    @abstractmethod", "    def total(self) -> int:\n        ...\n    @abstractmethod")
    answer = """\
class Shop(ABC):
    def __init__(self, name: str) -> None:
        self.name = name
    def price(self) -> int:
        return 1
    def total(self) -> int:
        return self.tax()
    @abstractmethod
    def tax(self) -> int:
        '''Return the tax.'''
"""
    assert errors_of(spec, answer, "Shop") == []
    assert errors_of(spec, answer.replace("    @abstractmethod\n", ""), "Shop") != []


def test_a_method_may_hand_on_to_one_that_is_left_to_subclasses() -> None:
    spec = (
        'class Cache:\n    def dump(self, x):\n        """Subclasses must implement this."""\n'
        '    def put(self, x):\n        """Put it."""\n'
    )
    answer = (
        "class Cache:\n    def dump(self, x):\n        raise NotImplementedError\n"
        "    def put(self, x):\n        self.dump(x)\n"
    )
    assert errors_of(spec, answer, "Cache") == []
    assert len(errors_of(spec.replace("Subclasses must implement this", "Dump it"), answer, "Cache")) == 2


def test_what_sets_an_abstract_property_is_abstract() -> None:
    spec = (
        "class A:\n    @property\n    @abstractmethod\n    def x(self): ...\n"
        '    @x.setter\n    def x(self, value):\n        """Set it."""\n'
    )
    assert errors_of(spec, spec, "A") == []
    assert errors_of(spec.replace("    @abstractmethod\n", ""), spec, "A") != []
