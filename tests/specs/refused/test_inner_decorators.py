"""Decorators below jaunt's: those that keep the stub are told with their line, those that wrap it are not."""

import pytest

from jaunt.errors import JauntDiscoveryError
from jaunt.specs.refused.inner_decorators import refuse_keepers
from jaunt.syntax.source import parse_source

ROUTES = """
HANDLERS = {}
NAMES = []

def route(path):
    def register(function):
        HANDLERS[path] = function
        return function
    return register

def listed(function):
    NAMES.append((function.__name__, function))
    return function

def wrapped_and_kept(function):
    def wrapper(*args):
        return function(*args)
    HANDLERS[function.__name__] = wrapper
    return wrapper

class Router:
    def __init__(self):
        self.routes = {}
    def get(self, path):
        def register(function):
            self.routes[path] = function
            return function
        return register
    def logged(self, function):
        function.is_logged = True
        return function

router = Router()

def logged(function):
    def wrapper(*args):
        NAMES.append(function.__name__)
        return function(*args)
    wrapper.__wrapped__ = function
    return wrapper

def tagged(name):
    def tag(function):
        tags = {}
        tags[name] = function
        function.tag = name
        return function
    return tag
"""


def check(decorator: str, *, head: str = "", below: str = "def f(n: int) -> int: ...") -> None:
    text = f"import jaunt\n{head}\n{ROUTES}\n@jaunt.magic\n@{decorator}\n{below}\n"
    refuse_keepers(parse_source("m", "m.py", text.encode()), "f")


def told(text: str) -> str:
    """Return what is told of the spec `f` of a text, "" if nothing is."""
    try:
        refuse_keepers(parse_source("m", "m.py", text.encode()), "f")
    except JauntDiscoveryError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("decorator", "head"),
    [
        ('route("/x")', ""),
        ("listed", ""),
        ("wrapped_and_kept", ""),
        ('router.get("/x")', ""),
        ('app.get("/x")', "from fastapi import FastAPI\napp = FastAPI()"),
        ('app.route("/x", methods=["GET"])', "from app.main import app"),
        ("api.v1.router.post('/x')", "import api.v1"),
        ("main.command()", "import click\n@click.group()\ndef main(): ...\n"),
        ("area.register", "from functools import singledispatch\n@singledispatch\ndef area(x): ...\n"),
        ("atexit.register", "import atexit"),
        ("event.listens_for(None, 'x')", "from sqlalchemy import event"),
    ],
)
def test_a_decorator_that_keeps_the_stub_is_told_with_its_line(decorator: str, head: str) -> None:
    with pytest.raises(JauntDiscoveryError, match=r"m.py:\d+: f: `@.*` below @jaunt.magic keeps the stub") as told:
        check(decorator, head=head)
    assert "above @jaunt.magic" in str(told.value.hint)


@pytest.mark.parametrize(
    ("decorator", "head", "made"),
    [
        ("functools.cache", "import functools", "a cache"),
        ("lru_cache(maxsize=3)", "from functools import lru_cache", "a cache"),
        ("click.command()", "import click", "a click.Command"),
        ("curry", "from toolz import curry", "a curry"),
        ("staticmethod", "", "a staticmethod"),
        ("functools.singledispatch", "import functools", "a dispatcher"),
        ("partial", "from functools import partial", "a partial"),
        ("functools.cached_property", "import functools", "a cached_property"),
        (
            "Curried",
            "class Curried:\n    def __init__(self, function):\n        self.function = function\n",
            "an instance of Curried",
        ),
    ],
)
def test_a_decorator_that_makes_no_function_is_told(decorator: str, head: str, made: str) -> None:
    with pytest.raises(JauntDiscoveryError, match=f"below @jaunt.magic makes {made} of the stub"):
        check(decorator, head=head)


@pytest.mark.parametrize(
    ("decorator", "head"),
    [
        ("logged", ""),
        ('tagged("x")', ""),
        ("router.logged", ""),
        ("contextmanager", "from contextlib import contextmanager"),
        ('limiter.limit("5/m")', "from app.limits import limiter"),
        ("retry(3)", "from tenacity import retry"),
        ("dataclass", "from dataclasses import dataclass"),
    ],
)
def test_a_decorator_that_wraps_or_marks_is_none_of_them(decorator: str, head: str) -> None:
    assert told(f"import jaunt\n{head}\n{ROUTES}\n@jaunt.magic\n@{decorator}\ndef f(n: int) -> int: ...\n") == ""


def test_a_class_may_not_be_kept_either() -> None:
    with pytest.raises(JauntDiscoveryError, match="keeps the stub"):
        check("listed", below="class f: ...")


def test_decorators_above_are_the_spec_modules_own() -> None:
    above, below = (["@route('/x')", "@jaunt.magic"][::step] for step in (1, -1))
    head, stub = f"import jaunt\n{ROUTES}\n", "def f() -> int: ...\n"
    assert told("\n".join([head, *above, stub])) == ""
    assert "keeps the stub" in told("\n".join([head, *below, stub]))
