"""Effects at import are measured: whatever the text looks like, what changes the process or reaches out is an error."""

# A program a line.
# ruff: noqa: E501

import asyncio
import atexit
from pathlib import Path

from examinations import GOOD, make_examiners, orders
from projects import write_files

from jaunt.checks.examiner.questions import Examination
from jaunt.text.flaw import Flaw

PATH = "sys.path.append('/x')"
EFFECTS = {
    "an inherited __init__": f"class _A:\n    def __init__(self):\n        {PATH}\nclass _B(_A): ...\n_B()",
    "__set_name__": f"class _A:\n    def __set_name__(self, o, n):\n        {PATH}\nclass _B:\n    a = _A()",
    "__class_getitem__": f"class _A:\n    def __class_getitem__(cls, n):\n        {PATH}\nX = _A[int]",
    "__getattr__": f"class _A:\n    def __getattr__(self, n):\n        {PATH}\nX = _A().x",
    "__get__": f"class _A:\n    def __get__(self, *a):\n        {PATH}\nclass _B:\n    a = _A()\nX = _B.a",
    "an operator": f"class _A:\n    def __add__(self, o):\n        {PATH}\nX = _A() + 1",
    "__mro_entries__": f"class _A:\n    def __mro_entries__(self, b):\n        {PATH}\n        return ()\nclass _B(_A()): ...",
    "__format__": f"class _A:\n    def __format__(self, s):\n        {PATH}\n        return ''\nX = f'{{_A()}}'",
    "__bool__": f"class _A:\n    def __bool__(self):\n        {PATH}\n        return True\nX = 1 if _A() else 2",
    "__eq__": f"class _A:\n    def __eq__(self, o):\n        {PATH}\n        return True\nX = _A() == 1",
    "__hash__": f"class _A:\n    def __hash__(self):\n        {PATH}\n        return 1\nX = {{_A(): 1}}",
    "__iter__": f"class _A:\n    def __iter__(self):\n        {PATH}\n        return iter(())\nX = [*_A()]",
    "__contains__": f"class _A:\n    def __contains__(self, o):\n        {PATH}\n        return True\nX = 1 in _A()",
    "__prepare__": f"class _M(type):\n    @classmethod\n    def __prepare__(m, *a):\n        {PATH}\n        return {{}}\nclass _B(metaclass=_M): ...",
    "__del__": f"class _A:\n    def __del__(self):\n        {PATH}\n_A()",
    "parse_int=": "import json\nX = json.loads('[1]', parse_int=sys.path.append)",
    "default=": "import json\nX = json.dumps(object(), default=lambda o: sys.path.append('x'))",
    "key=": "X = sorted(['a'], key=sys.path.append)",
    "a default factory": "import collections\nX = collections.defaultdict(lambda: sys.path.append('x'))\nX[1]",
    "a partial": "import functools\nX = functools.partial(sys.path.append, 'x')()",
    "a methodcaller": "import operator\nX = operator.methodcaller('append', 'x')(sys.path)",
    "an unbound method": "list.append(sys.path, 'x')",
    "object.__setattr__": "import json\nobject.__setattr__(json, 'dumps', None)",
    "dict.update": "import json\ndict.update(vars(json), dumps=None)",
    "a name for a foreign object": "getattr(sys, 'path').append('x')",
    "update_wrapper": "import functools, json\ndef _f(): ...\nfunctools.update_wrapper(json.dumps, _f)\njson.dumps = _f",
    "a decorator that is a class": f"class _D:\n    def __init__(self, f):\n        {PATH}\n@_D\ndef _f(): ...",
    "a decorator named register": f"class _R:\n    def register(self, f):\n        {PATH}\n        return f\n@_R().register\ndef _f(): ...",
    "sys.modules": "import types\nsys.modules['json'] = types.ModuleType('json')",
    "a module without a spec": "import types\nsys.modules['evil'] = types.ModuleType('evil')",
    "os.environ": "import os\nos.environ['X'] = '1'",
    "warnings filters": "import warnings\nwarnings.simplefilter('ignore')",
    "the root logger's level": "import logging\nlogging.basicConfig(level=10)",
    "the root logger's handlers": "import logging\nlogging.getLogger().addHandler(logging.NullHandler())",
    "logging disabled": "import logging\nlogging.disable()",
    "builtins": "import builtins\nbuiltins.len = lambda x: 1",
    "a private function of the standard library": "import os\nos._exit = lambda n: None",
    "an open file": "F = open('/dev/null')\nG = open('/etc/hosts')",
    "a file written": "open(__file__.replace('__generated__/', 'x'), 'w').close()",
    "a folder made": "import os\nos.makedirs(__file__.replace('__generated__/', 'y'), exist_ok=True)",
    "a descriptor": "import os\nos.dup(2)",
    "a pipe": "import os\nP = os.pipe()",
    "a thread": "import threading\nthreading.Thread(target=len, args=('',)).start()",
    "a signal handler": "import signal\nsignal.signal(signal.SIGTERM, lambda *a: None)",
    "a timer": "import signal\nsignal.setitimer(signal.ITIMER_REAL, 99)",
    "atexit": "import atexit\natexit.register(len, '')",
    "a program": "import subprocess\nsubprocess.run(['true'])",
    "a program by os": "import os\nos.system('true')",
    "a process": "import os\nos.fork() or os._exit(0)",
    "a socket": "import socket\nsocket.socket().close()",
    "a name resolved": "import socket\nsocket.gethostbyname('localhost')",
    "a print": "print('x')",
    "what is written to standard error": "sys.stderr.write('x')",
    "a write to a descriptor": "import os\nos.write(2, b'x')",
    "the working directory": "import os\nos.chdir('/')",
    "the recursion limit": "sys.setrecursionlimit(5000)",
    "the garbage collection": "import gc\ngc.disable()",
    "a trace function": "sys.settrace(None)",
    "the random generator": "import random\nrandom.seed(3)",
    "the decimal context": "import decimal\ndecimal.getcontext().prec = 3",
    "the locale": "import locale\nlocale.setlocale(locale.LC_ALL, 'C.UTF-8')",
    "the socket's timeout": "import socket\nsocket.setdefaulttimeout(3)",
    "an import hook": "sys.meta_path.append(object())",
    "the hook of exceptions": "sys.excepthook = None",
    "the display hook": "sys.displayhook = None",
    "standard output": "sys.stdout = None",
    "an audit hook": "sys.addaudithook(lambda *a: None)",
    "ctypes": "import ctypes\nctypes.string_at(b'x')",
    "exec": "exec('X = 1')",
    "a handwritten name of the spec module": "import app.numbers as spec\nspec.LIMIT = 3",
    "another module of the project": "import app.helper as helper\nhelper.VALUE = 3",
    "__init_subclass__": f"class _A:\n    def __init_subclass__(cls):\n        {PATH}\nclass _B(_A): ...",
    "a comprehension": "X = [sys.path.append('x') for _ in range(1)]",
    "a default value": "def _f(n=sys.path.append('x')): ...",
    "an annotation": "X: sys.path.append('x') = 1",
    "a generator": f"def _g():\n    {PATH}\n    yield 1\nX = next(_g())",
    "a context manager": f"class _C:\n    def __enter__(self):\n        {PATH}\n    def __exit__(self, *a): ...\nwith _C(): ...",
    "what is caught": f"try:\n    {PATH}\n    raise KeyError\nexcept KeyError:\n    pass",
}
RIGHT = {
    "nothing": "",
    "a pattern": "import re\nX = re.compile('a+')\nY = X.match('aa')",
    "a time": "import datetime\nX = datetime.datetime.strptime('2020', '%Y')\nY = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)",
    "a time zone": "import zoneinfo\nX = zoneinfo.ZoneInfo('UTC')",
    "a number": "import decimal\nX = decimal.Decimal('1.1') * 3\nY = decimal.Context(prec=3)",
    "a generator of its own": "import random\nX = random.Random(3)\nY = X.random()",
    "a logger": "import logging\nLOG = logging.getLogger(__name__)\nLOG.addHandler(logging.NullHandler())",
    "a lock": "import threading\nX = threading.Lock()\nY = threading.local()",
    "a dataclass": "import dataclasses\n@dataclasses.dataclass(frozen=True, slots=True)\nclass A:\n    x: int = 1\nX = A()",
    "a named tuple": "import collections, typing\nX = collections.namedtuple('X', 'a b')\nclass Y(typing.NamedTuple):\n    a: int",
    "an enum": "import enum\nclass A(enum.Enum):\n    X = enum.auto()\nclass B(enum.IntFlag):\n    Y = 1",
    "a type": "import typing\nT = typing.TypeVar('T')\nN = typing.NewType('N', int)\nclass P(typing.Protocol[T]):\n    def f(self) -> T: ...",
    "an abstract class": "import abc\nclass A(abc.ABC):\n    @abc.abstractmethod\n    def f(self): ...",
    "a registry": "_R = {}\ndef _register(f):\n    _R[f.__name__] = f\n    return f\n@_register\ndef _f(): ...",
    "a registry of subclasses": "_K = {}\nclass A:\n    def __init_subclass__(cls):\n        _K[cls.__name__] = cls\nclass B(A): ...",
    "a cache": "import functools\n@functools.lru_cache\ndef _f(n):\n    return n\nX = _f(3)",
    "a dispatcher": "import functools\n@functools.singledispatch\ndef _f(n): ...\n@_f.register\ndef _(n: int): ...",
    "a digest": "import hashlib, uuid\nX = hashlib.sha256(b'x').hexdigest()\nY = uuid.uuid5(uuid.NAMESPACE_DNS, 'x')",
    "a path": "from pathlib import Path\nHERE = Path(__file__).resolve().parent",
    "a table": "X = {i: chr(i) for i in range(99)}\nX[3] = 'x'",
    "imports in a try": "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None",
    "imports behind a condition": "if sys.version_info >= (3, 9):\n    import graphlib\nelse:\n    graphlib = None",
    "many imports": "import argparse, asyncio, concurrent.futures, ctypes, http.client, logging.handlers, multiprocessing, sqlite3, ssl, subprocess, tempfile, unittest.mock, urllib.request, xml.etree.ElementTree",
    "imports that have effects themselves": "from app import loud",
    "names of the spec module": "from app.numbers import LIMIT\nimport app.numbers as spec\nX = spec.LIMIT + LIMIT",
    "a context variable": "import contextvars\nX = contextvars.ContextVar('x', default=1)",
    "an exit stack": "import contextlib\nX = contextlib.ExitStack()\n@contextlib.contextmanager\ndef _c():\n    yield 1",
    "a warning that is deprecated": "import warnings\nclass W(DeprecationWarning): ...",
    "a struct": "import struct\nX = struct.Struct('>I').pack(3)",
    "a template": "import string\nX = string.Template('$a').substitute(a=1)",
    "a weak dictionary": "import weakref\nX = weakref.WeakValueDictionary()",
    "a parser of JSON": "import json\nX = json.loads('{}')\nY = json.JSONEncoder(indent=1)",
    "a class built by type": "X = type('X', (), {'a': 1})",
    "a slow sum": "X = sum(range(9999))",
    "a sorted list": "X = sorted('ba', key=str.lower)",
    "a secret": "import secrets\nX = secrets.SystemRandom()",
    "a frozen mapping": "import types\nX = types.MappingProxyType({'a': 1})\nY = types.SimpleNamespace(a=1)",
    "text with accents": "import unicodedata\nX = unicodedata.normalize('NFC', 'e\\u0301')",
    "an url": "import urllib.parse\nX = urllib.parse.urlsplit('http://x/y')",
    "a function of the spec module": "from app.numbers import helper\nX = helper()",
}  # fmt: skip

LOUD = """\
import atexit, logging, os, sys, threading, warnings
sys.path.append("/loud")
os.environ["LOUD"] = "1"
atexit.register(len, "")
warnings.simplefilter("ignore")
logging.basicConfig()
print("loud")
thread = threading.Thread(target=threading.Event().wait, daemon=True)
thread.start()
"""


def findings(root: Path, bodies: dict[str, str], *, effects: bool = True) -> dict[str, list[Flaw]]:
    """Return what is found in modules with these bodies."""
    examiners = make_examiners(root, mode="off")
    path = root / "app/numbers.py"
    path.write_text(path.read_text() + "\n\nLIMIT = 9\n\n\ndef helper() -> int:\n    return LIMIT\n", encoding="utf-8")
    write_files(root, {"app/helper.py": "VALUE = 1\n", "app/loud.py": LOUD})

    async def examine_all() -> list[list[Flaw]]:
        asked = [orders(root, f"import sys\n{body}\n\n\n{GOOD}") for body in bodies.values()]
        for each in asked:
            each.order["effects"] = effects
        return [*await asyncio.gather(*(examiners.examine(Examination(each.order, each.questions)) for each in asked))]

    return dict(zip(bodies, asyncio.run(examine_all()), strict=True))


def test_no_effect_at_import_passes(tmp_path: Path) -> None:
    found = findings(tmp_path, EFFECTS)
    print(f"{len(EFFECTS)} effects tried")
    passed = {kind for kind, errors in found.items() if not any("on import, expected" in each for each in errors)}
    assert passed == set()


def test_what_only_computes_passes(tmp_path: Path) -> None:
    found = findings(tmp_path, RIGHT)
    assert {kind: errors for kind, errors in found.items() if errors} == {}


def test_effects_name_what_was_changed_and_where(tmp_path: Path) -> None:
    found = findings(
        tmp_path, {kind: EFFECTS[kind] for kind in ("__set_name__", "a program by os", "builtins", "a file written")}
    )
    assert found["__set_name__"][0].startswith(
        "sys.path is changed on import, expected imports, definitions and constants"
    )
    assert found["a program by os"][0].startswith("line 3: `os.system` is done on import, expected")
    assert found["builtins"][0].startswith("builtins.len is changed on import")
    assert found["a file written"][0].startswith("line 2: `")


def test_a_project_that_is_only_warned_of_effects_is_not_refused(tmp_path: Path) -> None:
    assert findings(tmp_path, {"a": EFFECTS["os.environ"]}, effects=False) == {"a": []}


def test_python_counts_what_is_run_at_its_end() -> None:
    """The canary of a function of Python's that is not documented."""
    before = atexit._ncallbacks()
    atexit.register(len, "")
    assert atexit._ncallbacks() == before + 1
    atexit.unregister(len)
