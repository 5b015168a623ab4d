"""Candidates of kinds that no test of the suite holds: what each does on import, or lies about, or how it forges."""

# A candidate a line.
# ruff: noqa: E501

PATH = "sys.path.append('/x')"
SET = f"def _set(*a, **k):\n    {PATH}\n    return 0\n"

EFFECTS = {
    # Methods that run unseen
    "__new__": f"class _A:\n    def __new__(cls):\n        {PATH}\n        return object.__new__(cls)\nX = _A()",
    "the metaclass's __call__": f"class _M(type):\n    def __call__(cls):\n        {PATH}\nclass _A(metaclass=_M): ...\nX = _A()",
    "the metaclass's __init__": f"class _M(type):\n    def __init__(cls, *a):\n        {PATH}\nclass _A(metaclass=_M): ...",
    "the metaclass's __getattr__": f"class _M(type):\n    def __getattr__(cls, n):\n        {PATH}\n        return 1\nclass _A(metaclass=_M): ...\nX = _A.lost",
    "the metaclass's __instancecheck__": f"class _M(type):\n    def __instancecheck__(cls, o):\n        {PATH}\n        return True\nclass _A(metaclass=_M): ...\nX = isinstance(1, _A)",
    "__subclasshook__": f"import abc\nclass _A(abc.ABC):\n    @classmethod\n    def __subclasshook__(cls, o):\n        {PATH}\n        return True\nX = issubclass(int, _A)",
    "__getattribute__": f"class _A:\n    def __getattribute__(self, n):\n        {PATH}\n        return 1\nX = _A().any",
    "__setattr__": f"class _A:\n    def __setattr__(self, n, v):\n        {PATH}\n_A().x = 1",
    "__delattr__": f"class _A:\n    def __delattr__(self, n):\n        {PATH}\ndel _A().x",
    "__setitem__": f"class _A:\n    def __setitem__(self, n, v):\n        {PATH}\n_A()[1] = 1",
    "__delitem__": f"class _A:\n    def __delitem__(self, n):\n        {PATH}\ndel _A()[1]",
    "__missing__": f"class _A(dict):\n    def __missing__(self, n):\n        {PATH}\n        return 1\nX = _A()[1]",
    "__index__": f"class _A:\n    def __index__(self):\n        {PATH}\n        return 0\nX = [1][_A()]",
    "__len__": f"class _A:\n    def __len__(self):\n        {PATH}\n        return 1\nX = len(_A())",
    "__length_hint__": f"class _A:\n    def __iter__(self):\n        return iter(())\n    def __length_hint__(self):\n        {PATH}\n        return 0\nX = list(_A())",
    "__reversed__": f"class _A:\n    def __reversed__(self):\n        {PATH}\n        return iter(())\nX = list(reversed(_A()))",
    "__next__": f"class _A:\n    def __iter__(self):\n        return self\n    def __next__(self):\n        {PATH}\n        raise StopIteration\nfor X in _A(): ...",
    "__str__ by a format": f"class _A:\n    def __str__(self):\n        {PATH}\n        return ''\nX = '%s' % _A()",
    "__repr__ by an f-string": f"class _A:\n    def __repr__(self):\n        {PATH}\n        return ''\nX = f'{{_A()!r}}'",
    "__lt__ by sorted": f"class _A:\n    def __lt__(self, o):\n        {PATH}\n        return True\nX = sorted([_A(), _A()])",
    "__iadd__": f"class _A:\n    def __iadd__(self, o):\n        {PATH}\n        return self\nX = _A()\nX += 1",
    "__radd__ by sum": f"class _A:\n    def __radd__(self, o):\n        {PATH}\n        return 1\nX = sum([_A()])",
    "__matmul__": f"class _A:\n    def __matmul__(self, o):\n        {PATH}\nX = _A() @ 1",
    "__neg__": f"class _A:\n    def __neg__(self):\n        {PATH}\nX = -_A()",
    "__round__": f"class _A:\n    def __round__(self, n=0):\n        {PATH}\nX = round(_A())",
    "__fspath__": f"import os\nclass _A:\n    def __fspath__(self):\n        {PATH}\n        return 'x'\nX = os.path.join(_A(), 'y')",
    "__reduce__ by a copy": f"import copy\nclass _A:\n    def __reduce__(self):\n        {PATH}\n        return (int, ())\nX = copy.copy(_A())",
    "__deepcopy__": f"import copy\nclass _A:\n    def __deepcopy__(self, m):\n        {PATH}\n        return 1\nX = copy.deepcopy([_A()])",
    "__exit__": f"class _C:\n    def __enter__(self): ...\n    def __exit__(self, *a):\n        {PATH}\nwith _C(): ...",
    "__match_args__": f"class _M(type):\n    @property\n    def __match_args__(cls):\n        {PATH}\n        return ()\nclass _A(metaclass=_M): ...\nmatch _A():\n    case _A(): X = 1\n    case _: X = 2\nX = _A.__match_args__",
    "a cached property": f"import functools\nclass _A:\n    @functools.cached_property\n    def x(self):\n        {PATH}\nX = _A().x",
    "__post_init__": f"import dataclasses\n@dataclasses.dataclass\nclass _A:\n    def __post_init__(self):\n        {PATH}\nX = _A()",
    "a field's default_factory": f"import dataclasses\n{SET}@dataclasses.dataclass\nclass _A:\n    x: int = dataclasses.field(default_factory=_set)\nX = _A()",
    "an enum's __init__": f"import enum\nclass _E(enum.Enum):\n    A = 1\n    def __init__(self, n):\n        {PATH}",
    "an enum's _missing_": f"import enum\nclass _E(enum.Enum):\n    A = 1\n    @classmethod\n    def _missing_(cls, n):\n        {PATH}\n        return cls.A\nX = _E(2)",
    "_generate_next_value_": f"import enum\nclass _E(enum.Enum):\n    @staticmethod\n    def _generate_next_value_(*a):\n        {PATH}\n        return 1\n    A = enum.auto()",
    # Callbacks
    "a callback of re.sub": f"import re\n{SET}X = re.sub('a', lambda m: _set() or 'b', 'a')",
    "object_hook=": f"import json\n{SET}X = json.loads('{{}}', object_hook=_set)",
    "object_pairs_hook=": f"import json\n{SET}X = json.loads('{{}}', object_pairs_hook=_set)",
    "map": f"{SET}X = list(map(_set, [1]))",
    "filter": f"{SET}X = tuple(filter(_set, [1]))",
    "reduce": f"import functools\n{SET}X = functools.reduce(_set, [1, 2])",
    "accumulate": f"import itertools\n{SET}X = list(itertools.accumulate([1, 2], _set))",
    "groupby": f"import itertools\n{SET}X = [k for k, g in itertools.groupby('a', _set)]",
    "starmap": f"import itertools\n{SET}X = list(itertools.starmap(_set, [(1,)]))",
    "iter with a sentinel": f"{SET}X = list(iter(_set, 0))",
    "max by key": f"{SET}X = max([1, 2], key=_set)",
    "cmp_to_key": f"import functools\n{SET}X = sorted([1, 2], key=functools.cmp_to_key(_set))",
    "bisect by key": f"import bisect\n{SET}X = bisect.bisect([1], 0, key=_set)",
    "an ExitStack's callback": f"import contextlib\n{SET}with contextlib.ExitStack() as _s:\n    _s.callback(_set)",
    "a weak reference's callback": f"import weakref\n{SET}class _A: ...\n_a = _A()\n_r = weakref.ref(_a, _set)\ndel _a",
    "a finalizer": f"import weakref\n{SET}class _A: ...\n_a = _A()\nweakref.finalize(_a, _set)\ndel _a",
    "a context's run": f"import contextvars\n{SET}X = contextvars.copy_context().run(_set)",
    "an operator's call": f"import operator\n{SET}X = operator.attrgetter('append')(sys.path)('x')",
    "an itemgetter": f"import operator\n{SET}X = operator.itemgetter(0)([_set])()",
    "a scanner of re": f"import re\n{SET}X = re.Scanner([('a', _set)]).scan('a')",
    "a signature's default": f"{SET}def _f(a, b=[_set() for _ in '1']): ...",
    "a type's __set_name__ given later": f"{SET}class _D:\n    __set_name__ = _set\nX = type('X', (), {{'d': _D()}})",
    "types.new_class": f"import types\n{SET}X = types.new_class('X', (), {{}}, _set)",
    "a generator's close": f"def _g():\n    try:\n        yield\n    finally:\n        {PATH}\n_x = _g()\nnext(_x)\n_x.close()",
    "a coroutine's send": f"async def _c():\n    {PATH}\ntry:\n    _c().send(None)\nexcept StopIteration: ...",
    "an async generator": f"import asyncio\nasync def _c():\n    {PATH}\nasyncio.run(_c())",
    "a decorator of a decorator": f"def _o(n):\n    def _i(f):\n        {PATH}\n        return f\n    return _i\n@_o(1)\ndef _h(): ...",
    "a class decorator": f"def _d(c):\n    {PATH}\n    return c\n@_d\nclass _A: ...",
    "a walrus": f"{SET}X = [(y := _set()) for _ in '1']",
    "an assertion's message": f"{SET}try:\n    assert not 1, _set()\nexcept AssertionError: ...",
    "an exception's constructor": f"class _E(Exception):\n    def __init__(self):\n        {PATH}\ntry:\n    raise _E\nexcept _E: ...",
    "a lambda called": f"X = (lambda: {PATH})()",
    # The world
    "sys.path sliced": "sys.path[:0] = ['/x']",
    "sys.path emptied": "sys.path.clear()",
    "sys.argv": "sys.argv.append('x')",
    "sys.stdin": "sys.stdin = None",
    "sys.flags of bytecode": "sys.dont_write_bytecode = not sys.dont_write_bytecode",
    "sys.setswitchinterval": "sys.setswitchinterval(1)",
    "sys.path_hooks": "sys.path_hooks.insert(0, len)",
    "sys.unraisablehook": "sys.unraisablehook = len",
    "threading.excepthook": "import threading\nthreading.excepthook = len",
    "threading.setprofile": "import threading\nthreading.setprofile(len)",
    "the integers' digits": "sys.set_int_max_str_digits(9999)",
    "the umask": "import os\nos.umask(0)",
    "the niceness": "import os\nos.nice(1)",
    "a limit of resources": "import resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))",
    "os.putenv": "import os\nos.putenv('X', '1')",
    "os.environ cleared": "import os\nos.environ.clear()",
    "a file's mode": "import os\nos.chmod(__file__, 0o777)",
    "a temporary file": "import tempfile\nF = tempfile.NamedTemporaryFile()",
    "a database": "import sqlite3\nD = sqlite3.connect(':memory:')",
    "a mapping of memory": "import mmap\nM = mmap.mmap(-1, 10)",
    "shared memory": "from multiprocessing import shared_memory\nS = shared_memory.SharedMemory(create=True, size=9)",
    "a pool of threads": "from concurrent.futures import ThreadPoolExecutor\nP = ThreadPoolExecutor()\nP.submit(len, '')",
    "a thread of _thread": "import _thread\n_thread.start_new_thread(len, ('',))",
    "an event loop": "import asyncio\nL = asyncio.new_event_loop()",
    "the loop's policy": "import asyncio\nasyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())",
    "a logger of another": "import logging\nlogging.getLogger('urllib3').setLevel(10)",
    "the logger's class": "import logging\nclass _L(logging.Logger): ...\nlogging.setLoggerClass(_L)",
    "a level's name": "import logging\nlogging.addLevelName(5, 'X')",
    "captured warnings": "import logging\nlogging.captureWarnings(True)",
    "warnings shown otherwise": "import warnings\nwarnings.showwarning = len",
    "a codec": "import codecs\ncodecs.register(lambda n: None)",
    "an error handler of codecs": "import codecs\ncodecs.register_error('x', len)",
    "a pickler": "import copyreg\ncopyreg.pickle(complex, lambda c: (complex, ()))",
    "a mime type": "import mimetypes\nmimetypes.add_type('x/y', '.x')",
    "the csv dialects": "import csv\ncsv.register_dialect('x', delimiter='x')",
    "the field limit of csv": "import csv\ncsv.field_size_limit(9)",
    "an opener of urllib": "import urllib.request as r\nr.install_opener(r.build_opener())",
    "the abstract classes of others": "import collections.abc\nclass _A: ...\ncollections.abc.Sequence.register(_A)",
    "a singledispatch of another": "import functools, pkgutil\nclass _A: ...\npkgutil.get_importer.__dict__.update(x=1)",
    "a class of the standard library": "import json\njson.JSONEncoder.item_separator = ';'",
    "a default of a function": "import textwrap\ntextwrap.dedent.__defaults__ = ('x',)",
    "the code of a function": "import textwrap\ntextwrap.indent.__code__ = (lambda *a: 1).__code__",
    "a constant of a module": "import string\nstring.digits = '1'",
    "a list of a module": "import keyword\nkeyword.kwlist.append('x')",
    "a dictionary of a module": "import html.entities\nhtml.entities.html5['x'] = 'y'",
    "__builtins__ by name": "__builtins__['len'] = lambda o: 1",
    "the interned cache of re": "import re\nre.purge()\nre._MAXCACHE = 1",
    "faulthandler": "import faulthandler\nfaulthandler.dump_traceback_later(99)",
    "tracemalloc": "import tracemalloc\ntracemalloc.start()",
    "a debugger": "import sys\nsys.breakpointhook = len",
    "the monitor of Python": "sys.setprofile(lambda *a: None)",
    "the frames": "sys._getframe(0).f_globals['__builtins__']['X'] = 1",
    "the caller's globals": "f = sys._getframe(0)\nwhile f:\n    f.f_globals.setdefault('planted', 1)\n    f = f.f_back",
    "a sleep": "import time\ntime.sleep(0.01)",
    "input": "try:\n    input()\nexcept EOFError: ...",
    "a readline": "sys.stdin.readline()",
    "os.listdir": "import os\nX = os.listdir('/')",
    "a file's text": "import pathlib\nX = pathlib.Path('/etc/hostname').read_text()",
    "a module loaded from a path": "import importlib.util as u\ns = u.spec_from_file_location('x', '/usr/lib/python3/x.py')\nX = u.module_from_spec(s)\ns.loader.exec_module(X)",
    "a module reloaded": "import importlib, json\nimportlib.reload(json)",
    "runpy": "import runpy\nrunpy.run_module('this')",
    "a compile": "X = eval(compile('1 + 1', 'x', 'eval'))",
    "a code object": "import types\nX = types.FunctionType((lambda: sys.path.append('x')).__code__, globals())()",
    "a generated name": "globals()['__getattr__'] = lambda n: 1\nsetattr(sys, 'planted', 1)",
    "a homoglyph's path": "ｓｙｓ.path.append('x')",
}  # fmt: skip
"""What a candidate does on import, beside the right function."""

NEXT = '''
@jaunt.magic
def following(number: int, *, step: int = 1) -> int:
    """Return the number and the step.

    >>> following(1)
    2
    >>> following(5, step=3)
    8
    """
    ...
'''
BOX = '''
@jaunt.magic
class Box:
    """A box for a number.

    >>> Box(3).number()
    3
    """

    def __init__(self, number: int) -> None: ...

    def number(self) -> int:
        """Return the number."""
        ...

    @property
    def half(self) -> float:
        """Half of it."""
        ...

    @classmethod
    def empty(cls) -> "Box":
        """Return a box for 0."""
        ...
'''
LATER = '''
@jaunt.magic
async def later(text: str) -> list[str]:
    """Return the words of the text.

    >>> import asyncio
    >>> asyncio.run(later("a b"))
    ['a', 'b']
    """
    ...
'''
_F = "def following(number: int, *, step: int = 1) -> int:\n    return number + step\n"
_B = "class Box:\n    def __init__(self, number: int) -> None:\n        self._n = number\n    def number(self) -> int:\n        return self._n\n"
_H = "    @property\n    def half(self) -> float:\n        return self._n / 2\n"
_E = "    @classmethod\n    def empty(cls) -> 'Box':\n        return cls(0)\n"

LIES = {
    "a keyword by place": (NEXT, _F.replace("*, ", "")),
    "another default": (NEXT, _F.replace("= 1", "= 2").replace("+ step", "+ (1 if step == 2 else step)")),
    "no default": (NEXT, "def following(number: int, *, step: int) -> int:\n    return number + step\n"),
    "another name of a parameter": (NEXT, _F.replace("number", "n")),
    "any arguments": (NEXT, "def following(*args, **kwargs):\n    return args[0] + kwargs.get('step', 1)\n"),
    "one parameter more": (NEXT, _F.replace("int = 1)", "int = 1, more: int = 0)")),
    "a generator": (NEXT, "def following(number: int, *, step: int = 1) -> int:\n    yield number + step\n"),
    "async": (NEXT, "async " + _F),
    "a lambda": (NEXT, "following = lambda number, *, step=1: number + step\n"),
    "a partial": (NEXT, "import functools\ndef _f(number: int, *, step: int) -> int:\n    return number + step\nfollowing = functools.partial(_f, step=1)\n"),
    "a callable object": (NEXT, "class _F:\n    def __call__(self, number: int, *, step: int = 1) -> int:\n        return number + step\nfollowing = _F()\n"),
    "a class in its place": (NEXT, "class following(int):\n    def __new__(cls, number: int, *, step: int = 1):\n        return int(number + step)\n"),
    "replaced after it": (NEXT, _F + "following = (lambda f: lambda *a, **k: f(*a, **k))(following)\n"),
    "a forged signature": (NEXT, "import inspect\n" + _F.replace("*, ", "").replace("number: int", "number: int, other: int = 0") + "following.__signature__ = inspect.signature(lambda number, *, step=1: 1)\n"),
    "wraps that lies": (NEXT, "import functools\ndef _w(number: int, *, step: int = 1) -> int: ...\n@functools.wraps(_w)\ndef following(*a, **k):\n    return a[0] + k.get('step', 1)\n"),
    "other annotations": (NEXT, _F.replace("-> int", "-> str")),
    "annotations set after it": (NEXT, _F + "following.__annotations__ = {'number': str, 'return': str}\n"),
    "defaults set after it": (NEXT, _F + "following.__kwdefaults__ = {'step': 5}\n"),
    "in a branch not taken": (NEXT, "if not __name__:\n    def following(number: int, *, step: int = 1) -> int:\n        return number + step\n"),
    "in an except": (NEXT, "try:\n    pass\nexcept KeyError:\n" + "".join(f"    {line}\n" for line in _F.splitlines())),
    "by __getattr__": (NEXT, "def __getattr__(name):\n    return lambda number, *, step=1: number + step\n"),
    "deleted by a loop": (NEXT, _F + "for following in (): ...\nelse:\n    del following\n"),
    "taken by a with": (NEXT, _F + "import contextlib\nwith contextlib.nullcontext(len) as following: ...\n"),
    "taken by an except": (NEXT, _F + "try:\n    raise KeyError\nexcept KeyError as following: ...\n"),
    "taken by a match": (NEXT, _F + "match len:\n    case following: ...\n"),
    "taken by a walrus": (NEXT, _F + "_ = (following := len)\n"),
    "taken by an import": (NEXT, _F + "from math import floor as following\n_ZERO = following(0)\n"),
    "taken by a star": (NEXT, _F + "[*following] = 'ab'\n"),
    "a name for int": (NEXT, "int = float\n" + _F),
    "int imported from elsewhere": (NEXT, "from decimal import Decimal as int\n" + _F),
    "the stub itself": (NEXT, "from app.{name} import following\n"),
    "a body of Ellipsis": (NEXT, "def following(number: int, *, step: int = 1) -> int:\n    ...\n"),
    "a body that only raises": (NEXT, "def following(number: int, *, step: int = 1) -> int:\n    raise NotImplementedError('later')\n"),
    "wrong by a step": (NEXT, _F.replace("+ step", "+ step + (step > 1)")),
    "wrong by type": (NEXT, _F.replace("number + step", "float(number + step)")),
    "a bool for an int": (NEXT, _F.replace("number + step", "number + step if number > 1 else True + True")[:-1] + "\n" if False else _F.replace("number + step", "str(number + step)")),
    "prints the answer": (NEXT, "def following(number: int, *, step: int = 1) -> int:\n    print(number + step)\n    return None\n"),
    "a method as a property": (BOX, _B.replace("    def number", "    @property\n    def number") + _H + _E),
    "a property as a method": (BOX, _B + _H.replace("    @property\n", "") + _E),
    "a property as a value": (BOX, _B + "    half: float = 0.0\n" + _E),
    "a classmethod that is static": (BOX, _B + _H + _E.replace("@classmethod\n    def empty(cls)", "@staticmethod\n    def empty()").replace("cls(0)", "Box(0)")),
    "a method that is async": (BOX, _B.replace("    def number", "    async def number") + _H + _E),
    "a method that is missing": (BOX, _B + _E),
    "a method deleted": (BOX, _B + _H + _E + "del Box.half\n"),
    "a method set to None": (BOX, _B + _H + _E + "Box.empty = None\n"),
    "no constructor's parameter": (BOX, (_B + _H + _E).replace("(self, number: int) -> None:\n        self._n = number", "(self, *numbers: int) -> None:\n        self._n = numbers[0]")),
    "a function in place of a class": (BOX, "def Box(number: int): ...\n"),
    "a named tuple in place of a class": (BOX, "from collections import namedtuple\nBox = namedtuple('Box', 'number half empty')\n"),
    "a metaclass that hides": (BOX, "class _M(type):\n    def __getattribute__(cls, n):\n        return type.__getattribute__(cls, 'number' if n == 'empty' else n)\n" + (_B + _H + _E).replace("class Box:", "class Box(metaclass=_M):")),
    "not async": (LATER, "def later(text: str) -> list[str]:\n    return text.split()\n"),
    "an awaitable of its own": (LATER, "def later(text: str) -> list[str]:\n    async def _l():\n        return text.split()\n    return _l()\n"),
    "an async generator": (LATER, "async def later(text: str) -> list[str]:\n    for each in text.split():\n        yield each\n"),
    "types.coroutine": (LATER, "import types\n@types.coroutine\ndef later(text: str) -> list[str]:\n    yield from ()\n    return text.split()\n"),
    "a future": (LATER, "import asyncio\ndef later(text: str) -> list[str]:\n    f = asyncio.get_running_loop().create_future()\n    f.set_result(text.split())\n    return f\n"),
}  # fmt: skip
"""A spec and a candidate that is not what the spec says."""

RIGHT = {
    "bare": (NEXT, _F),
    "a helper below": (NEXT, _F.replace("number + step", "_add(number, step)") + "def _add(a: int, b: int) -> int:\n    return a + b\n"),
    "a constant": (NEXT, "_ZERO = 0\n" + _F.replace("number + step", "number + step + _ZERO")),
    "a docstring of the module": (NEXT, '"""Following."""\n' + _F),
    "from __future__": (NEXT, "from __future__ import annotations\n" + _F),
    "operator.add": (NEXT, "import operator\n" + _F.replace("number + step", "operator.add(number, step)")),
    "sum": (NEXT, _F.replace("number + step", "sum((number, step))")),
    "reduce in a call": (NEXT, "from functools import reduce\n" + _F.replace("number + step", "reduce(int.__add__, [number, step])")),
    "an enum's value": (NEXT, "import enum\nclass _S(enum.IntEnum):\n    ZERO = 0\n" + _F.replace("number + step", "number + step + _S.ZERO")),
    "a table of lambdas": (NEXT, "_OPS = {'+': lambda a, b: a + b}\n" + _F.replace("number + step", "_OPS['+'](number, step)")),
    "a comprehension at import": (NEXT, "_SQUARES = [n * n for n in range(9)]\n" + _F.replace("+ step", "+ step + _SQUARES[0]")),
    "a pattern at import": (NEXT, "import re\n_DIGITS = re.compile(r'\\d+')\n" + _F.replace("number + step", "int(_DIGITS.findall('0')[0]) + number + step")),
    "a cached helper": (NEXT, "import functools\n@functools.cache\ndef _zero() -> int:\n    return 0\n" + _F.replace("+ step", "+ step + _zero()")),
    "a frozen dataclass": (NEXT, "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass _P:\n    a: int\n    b: int\n    def sum(self) -> int:\n        return self.a + self.b\n" + _F.replace("number + step", "_P(number, step).sum()")),
    "a named tuple": (NEXT, "from typing import NamedTuple\nclass _P(NamedTuple):\n    a: int\n    b: int\n" + _F.replace("number + step", "sum(_P(number, step))")),
    "a typed dict": (NEXT, "from typing import TypedDict\nclass _P(TypedDict):\n    a: int\n" + _F.replace("+ step", "+ _P(a=step)['a']")),
    "a protocol": (NEXT, "from typing import Protocol\nclass _P(Protocol):\n    def add(self, n: int) -> int: ...\nclass _Q:\n    def add(self, n: int) -> int:\n        return n\ndef _use(p: _P, n: int) -> int:\n    return p.add(n)\n" + _F.replace("+ step", "+ _use(_Q(), step)")),
    "a generic helper": (NEXT, "from typing import TypeVar\n_T = TypeVar('_T')\ndef _same(t: _T) -> _T:\n    return t\n" + _F.replace("+ step", "+ _same(step)")),
    "a context manager": (NEXT, "from collections.abc import Iterator\nfrom contextlib import contextmanager\n@contextmanager\ndef _c() -> Iterator[int]:\n    yield 0\n" + _F.replace("    return number + step", "    with _c() as zero:\n        return number + step + zero")),
    "an inner function": (NEXT, _F.replace("    return number + step", "    def add() -> int:\n        return number + step\n    return add()")),
    "an inner class": (NEXT, _F.replace("    return number + step", "    class Sum:\n        value = number + step\n    return Sum.value")),
    "a generator inside": (NEXT, _F.replace("    return number + step", "    def each():\n        yield number\n        yield step\n    return sum(each())")),
    "a try inside": (NEXT, _F.replace("    return number + step", "    try:\n        return number + step\n    finally:\n        pass")),
    "a match inside": (NEXT, _F.replace("    return number + step", "    match step:\n        case 0:\n            return number\n        case _:\n            return number + step")),
    "a while inside": (NEXT, _F.replace("    return number + step", "    found = number\n    left = abs(step)\n    while left:\n        left -= 1\n        found += 1 if step > 0 else -1\n    return found").replace("found = number", "found = number") if False else _F.replace("    return number + step", "    found = [number, step]\n    total = 0\n    while found:\n        total += found.pop()\n    return total")),
    "a walrus inside": (NEXT, _F.replace("number + step", "(total := number + step) and total")),
    "decimal": (NEXT, "from decimal import Decimal\n" + _F.replace("number + step", "int(Decimal(number) + Decimal(step))") if False else "from fractions import Fraction\n" + _F.replace("number + step", "int(Fraction(number) + Fraction(step))")),
    "a local import": (NEXT, _F.replace("    return", "    import operator\n    return")),
    "an import in a try": (NEXT, "try:\n    from operator import add as _add\nexcept ImportError:\n    def _add(a, b):\n        return a + b\n" + _F.replace("number + step", "_add(number, step)")),
    "a version's branch": (NEXT, "import sys\nif sys.version_info >= (3, 8):\n    _ADD = int.__add__\nelse:\n    _ADD = None\n" + _F.replace("number + step", "_ADD(number, step)")),
    "type checking": (NEXT, "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from collections.abc import Sequence\ndef _sum(n: 'Sequence[int]') -> int:\n    return sum(n)\n" + _F.replace("number + step", "_sum([number, step])")),
    "__all__": (NEXT, "__all__ = ['following']\n" + _F),
    "a logger": (NEXT, "import logging\n_LOG = logging.getLogger(__name__)\n" + _F.replace("    return", "    _LOG.debug('following %s', number)\n    return")),
    "an assertion inside": (NEXT, _F.replace("    return", "    assert isinstance(number, int)\n    return")),
    "itertools": (NEXT, "from itertools import accumulate\n" + _F.replace("number + step", "[*accumulate([number, step])][-1]")),
    "a deque": (NEXT, "from collections import deque\n" + _F.replace("number + step", "sum(deque([number, step]))")),
    "a Counter": (NEXT, "from collections import Counter\n_NONE: Counter[str] = Counter()\n" + _F.replace("+ step", "+ step + _NONE['x']")),
    "a default dictionary": (NEXT, "from collections import defaultdict\n_NONE: defaultdict[str, int] = defaultdict(int)\n" + _F.replace("+ step", "+ step + _NONE.get('x', 0)")),
    "an ordered dictionary": (NEXT, "from collections import OrderedDict\n_O = OrderedDict(a=0)\n" + _F.replace("+ step", "+ step + _O['a']")),
    "a frozen set": (NEXT, "_S = frozenset({0})\n" + _F.replace("+ step", "+ step + min(_S)")),
    "a mapping proxy": (NEXT, "from types import MappingProxyType\n_M = MappingProxyType({'a': 0})\n" + _F.replace("+ step", "+ step + _M['a']")),
    "a struct": (NEXT, "import struct\n_S = struct.Struct('>I')\n" + _F.replace("+ step", "+ step + _S.unpack(_S.pack(0))[0]")),
    "a time zone": (NEXT, "from datetime import datetime, timezone\n_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)\n" + _F.replace("+ step", "+ step + int(_EPOCH.timestamp())")),
    "a path": (NEXT, "from pathlib import PurePosixPath\n_P = PurePosixPath('/a')\n" + _F.replace("+ step", "+ step + len(_P.suffix)")),
    "a partial at import": (NEXT, "from functools import partial\n_zero = partial(int, '0')\n" + _F.replace("+ step", "+ step + _zero()")),
    "an item getter at import": (NEXT, "from operator import itemgetter\n_first = itemgetter(0)\n" + _F.replace("+ step", "+ _first([step])")),
    "sorted at import": (NEXT, "_NAMES = sorted(['b', 'a'], key=len)\n" + _F.replace("+ step", "+ step + len(_NAMES) - 2")),
    "max at import by a lambda": (NEXT, "_LONGEST = max(['b', 'aa'], key=lambda t: len(t))\n" + _F.replace("+ step", "+ step + len(_LONGEST) - 2")),
    "str.maketrans": (NEXT, "_T = str.maketrans('a', 'b')\n" + _F.replace("+ step", "+ step + len('a'.translate(_T)) - 1")),
    "a wrapper that keeps": (NEXT, "import functools\nfrom collections.abc import Callable\ndef _kept(f: Callable[..., int]) -> Callable[..., int]:\n    @functools.wraps(f)\n    def g(*a: int) -> int:\n        return f(*a)\n    return g\n@_kept\ndef _add(a: int, b: int) -> int:\n    return a + b\n" + _F.replace("number + step", "_add(number, step)")),
    "recursion": (NEXT, "def _total(numbers: list[int]) -> int:\n    return numbers[0] + _total(numbers[1:]) if numbers else 0\n" + _F.replace("number + step", "_total([number, step])")),
    "a bare star's order": (NEXT, "def following(number: int, *, step: int = 0 + 1) -> int:\n    return number + step\n" if False else _F.replace("-> int", "->int")),
    "comments and blank lines": (NEXT, "\n\n# first\n" + _F.replace("    return", "    # then\n\n    return") + "\n\n# last\n"),
    "long names": (NEXT, "_A_CONSTANT_WITH_A_VERY_LONG_NAME_THAT_SAYS_WHAT_IT_IS_FOR = 0\n" + _F.replace("+ step", "+ step + _A_CONSTANT_WITH_A_VERY_LONG_NAME_THAT_SAYS_WHAT_IT_IS_FOR")),
    "accents": (NEXT, "_NAÏVE = 0\n" + _F.replace("+ step", "+ step + _NAÏVE")),
    "a box": (BOX, _B + _H + _E),
    "a box with slots": (BOX, _B.replace("class Box:\n", "class Box:\n    __slots__ = ('_n',)\n") + _H + _E),
    "a box that is compared": (BOX, _B + _H + _E + "    def __eq__(self, other: object) -> bool:\n        return isinstance(other, Box) and other._n == self._n\n    def __hash__(self) -> int:\n        return hash(self._n)\n"),
    "a box with a repr": (BOX, _B + _H + _E + "    def __repr__(self) -> str:\n        return f'Box({self._n})'\n"),
    "a box with a base": (BOX, "class _Base:\n    _n = 0\n" + (_B + _H + _E).replace("class Box:", "class Box(_Base):")),
    "a box with a cached half": (BOX, _B + _H.replace("return self._n / 2", "return self._half()") + "    def _half(self) -> float:\n        return self._n / 2\n" + _E),
    "a box with a constant": (BOX, _B.replace("class Box:\n", "class Box:\n    _TWO = 2\n") + _H.replace("/ 2", "/ self._TWO") + _E),
    "later": (LATER, "async def later(text: str) -> list[str]:\n    return text.split()\n"),
    "later, after a turn": (LATER, "import asyncio\nasync def later(text: str) -> list[str]:\n    await asyncio.sleep(0)\n    return text.split()\n"),
    "later, by a helper": (LATER, "async def _words(text: str) -> list[str]:\n    return text.split()\nasync def later(text: str) -> list[str]:\n    return await _words(text)\n"),
}  # fmt: skip
"""A spec and a candidate that is right."""

_GET = "def _all():\n    import gc, sys\n    f = sys._getframe(1)\n    while f is not None:\n        yield from [*f.f_locals.values(), *f.f_globals.values()]\n        f = f.f_back\n    yield from gc.get_objects()\n"
_W = "def following(number: int, *, step: int = 1) -> int:\n    {}\n    return -1\n"
FORGERIES = {
    "an int that equals all": _W.format("return type('I', (int,), {'__eq__': lambda *a: True, '__repr__': lambda s: '2', '__str__': lambda s: '8'})(-1)"),
    "a str that shows as a number": _W.format("return type('S', (str,), {'__repr__': lambda s: '2' if number == 1 else '8'})('x')"),
    "an object that shows as a number": _W.format("return type('O', (), {'__repr__': lambda s: '2' if number == 1 else '8'})()"),
    "a printed answer and None": _W.format("print(2 if number == 1 else 8)\n    return None"),
    "written to descriptor 1": _W.format("import os\n    os.write(1, b'2\\n' if number == 1 else b'8\\n')\n    return None"),
    "sys.__stdout__": _W.format("import sys\n    sys.__stdout__.write('2\\n' if number == 1 else '8\\n')\n    return None"),
    "builtins._ set": _W.format("import builtins\n    builtins._ = 2"),
    "repr inside": _W.format("import builtins\n    builtins.repr = lambda v: '2' if number == 1 else '8'"),
    "print inside": _W.format("import builtins\n    builtins.print = lambda *a, **k: None"),
    "exit 0 inside": _W.format("import os\n    os._exit(0)"),
    "SystemExit inside": _W.format("raise SystemExit(0)"),
    "KeyboardInterrupt inside": _W.format("raise KeyboardInterrupt"),
    "GeneratorExit inside": _W.format("raise GeneratorExit"),
    "a skip of unittest": _W.format("import unittest\n    raise unittest.SkipTest('x')"),
    "a skip of pytest": _W.format("import pytest\n    pytest.skip('x')"),
    "a stop of pytest": _W.format("import pytest\n    pytest.exit('x', returncode=0)"),
    "doctest found in sys.modules": _W.format("import sys, doctest\n    doctest.OutputChecker.check_output = lambda *a: True\n    doctest.DocTestFailure = ()"),
    "options of doctest": _W.format("import doctest\n    doctest.ELLIPSIS_MARKER = ''"),
    "examples found and emptied": _GET + _W.format("[setattr(o, 'examples', []) for o in _all() if type(o).__name__ == 'DocTest']"),
    "wants found and set": _GET + _W.format("[setattr(o, 'want', '-1\\n') for o in _all() if hasattr(type(o), '__slots__') is None or type(o).__name__ == 'Example']"),
    "lists of steps emptied": _GET + _W.format("[o.clear() for o in _all() if type(o) is list and o and type(o[0]) is dict and 'source' in o[0]]"),
    "dictionaries of questions changed": _GET + _W.format("[o.update(steps=[]) for o in _all() if type(o) is dict and 'steps' in o]"),
    "the globals of the caller": _W.format("import sys\n    sys._getframe(1).f_globals.update(following=lambda number, step=1: number + step)"),
    "the builtins of the caller": _W.format("import sys\n    sys._getframe(1).f_builtins['repr'] = lambda v: '2' if number == 1 else '8'"),
    "the code of the caller": _W.format("import sys\n    f = sys._getframe(1)\n    f.f_trace = lambda *a: None\n    f.f_trace_opcodes = True"),
    "a line skipped in the caller": _W.format("import sys\n    f = sys._getframe(1)\n    def t(fr, e, a):\n        try:\n            fr.f_lineno = fr.f_lineno + 1\n        except ValueError:\n            pass\n        return t\n    f.f_trace = t\n    sys.settrace(t)"),
    "an exception that equals": _W.format("raise type('TypeError', (BaseException,), {})('2')"),
    "a result stored by a thread": _W.format("import threading, os\n    threading.Timer(0.01, lambda: os._exit(0)).start()\n    threading.Event().wait(1)"),
    "a fork that answers": _W.format("import os\n    if os.fork():\n        os._exit(0)"),
    "a signal to the group": _W.format("import os, signal\n    os.killpg(os.getpgrp(), signal.SIGTERM)"),
    "the parent stopped": _W.format("import os, signal\n    os.kill(os.getppid(), signal.SIGSTOP)"),
    "all descriptors closed": _W.format("import os\n    os.closerange(0, 99)"),
    "zeros to all descriptors": _W.format("import os\n    for n in range(99):\n        try:\n            os.write(n, b'0\\n')\n        except OSError:\n            pass"),
    "JSON to all descriptors": _W.format("import os\n    for n in range(3, 99):\n        try:\n            os.write(n, b'{\"printed\": \"2\\\\n\", \"errors\": []}\\n')\n        except OSError:\n            pass"),
    "descriptors read": _W.format("import os\n    for n in range(3, 20):\n        try:\n            os.set_blocking(n, False)\n            os.read(n, 9999)\n        except OSError:\n            pass"),
    "the recursion's end": _W.format("import sys\n    sys.setrecursionlimit(30)"),
    "all memory": _W.format("b = []\n    while True:\n        b.append(bytearray(1 << 26))"),
    "all time": _W.format("while True:\n        pass"),
    "a huge text": _W.format("return '2' * (1 << 28)"),
    "an endless text": _W.format("print('2\\n' * 10_000_000)\n    return None"),
    "the docstring's wants": _W.format("return following.__doc__"),
    "the spec's file changed": _W.format("import pathlib\n    for p in pathlib.Path('/').glob('**/app/*.py') if False else pathlib.Path.cwd().glob('**/*.py'):\n        p.write_text('')"),
    "the generated file changed": _W.format("open(__file__, 'w').write('')"),
    "json replaced inside": _W.format("import json\n    json.dumps = lambda *a, **k: '{}'\n    json.loads = lambda *a, **k: {}"),
    "os.write replaced inside": _W.format("import os\n    old = os.write\n    os.write = lambda n, b: old(n, b.replace(b'-1', b'2'))"),
    "io replaced inside": _W.format("import io\n    io.StringIO.getvalue = lambda self: '2'"),
    "the recursion of repr": _W.format("import reprlib\n    reprlib.repr = lambda v: '2'\n    return reprlib"),
    "a float that rounds": _W.format("return 2.0 if number == 1 else 8.0"),
    "a bool": _W.format("return True + True if number == 1 else '8'"),
}  # fmt: skip
"""A wrong function for NEXT, that tries to be taken for a right one.

Whatever shows just what is wanted is none: README says that code which has it written down passes.
"""
