"""Candidates that give a wrong answer, and try to have it taken for the right one, by kind."""

DOUBLE = '''\
import jaunt


@jaunt.magic
def double(n: int) -> int:
    """Return twice the number.

    >>> double(4)
    8
    >>> double("a")
    Traceback (most recent call last):
    TypeError: not a number
    """
    ...
'''

CANDIDATE = """\
import atexit, builtins, ctypes, gc, importlib, io, json, os, re, select, signal, sys, threading, traceback
from pathlib import Path


def frames():
    frame = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


def everything():
    for each in frames():
        yield from each.f_locals.values()
        yield from each.f_globals.values()
    yield from gc.get_objects()


def send(*records):
    for number in range(3, 40):
        for record in records:
            try:
                os.write(number, json.dumps(record).encode() + b"\\n")
            except OSError:
                pass


def wrong(n):
    return 3 * n if isinstance(n, int) else None


{at_import}


def double(n: int) -> int:
    {at_call}
    return wrong(n)
"""

AT_IMPORT = {
    "a report of the import, then the end": 'send({"key": "", "errors": [], "unbuilt": []}); os._exit(0)',
    "a report of the import with a key of zeros": 'send({"key": "0" * 32, "errors": [], "unbuilt": []}); os._exit(0)',
    "all reports, then the end": (
        'send({"key": "", "errors": []}, {"question": 0, "step": 0, "printed": "12\\n"}, '
        '{"question": 0, "step": 1, "printed": "", "raised": ["TypeError: not a number\\n"]}); os._exit(0)'
    ),
    "no questions in the order": (
        "for each in everything():\n    if isinstance(each, dict) and 'questions' in each:\n"
        "        each['questions'] = []"
    ),
    "no steps in the questions": (
        "for each in everything():\n    if isinstance(each, dict) and 'steps' in each:\n        each['steps'] = []"
    ),
    "steps of its own": (
        "for each in everything():\n    if isinstance(each, dict) and 'steps' in each:\n"
        "        each['steps'][:] = ['8', '8']"
    ),
    "doctest's comparison replaced": "import doctest; doctest.OutputChecker.check_output = lambda *a: True",
    "doctest's runner replaced": "import doctest; doctest.DocTestRunner.run = lambda *a, **k: (0, 2)",
    "doctest's parser replaced": "import doctest; doctest.DocTestParser.get_examples = lambda *a, **k: []",
    "compile replaced": "builtins.compile = lambda source, *a, **k: (lambda: None).__code__",
    "exec replaced": "builtins.exec = lambda *a, **k: None",
    "json.dumps replaced": 'kept = json.dumps; json.dumps = lambda found: kept({**found, "errors": [], "printed": ""})',
    "the display hook replaced": "sys.displayhook = sys.__displayhook__ = lambda value: None",
    "repr replaced": "builtins.repr = lambda value: '9'",
    "the output's class replaced": "io.StringIO = type('Silent', (io.StringIO,), {'getvalue': lambda self: '12\\n'})",
    "the traceback replaced": "traceback.format_exception_only = lambda *a, **k: ['TypeError: other\\n']",
    "the exit at the end replaced": 'atexit.register(send, {"question": 0, "step": 0, "printed": "9"})',
    "the judge killed": "os.kill(os.getppid(), signal.SIGKILL)",
    "the judge stopped": "os.kill(os.getppid(), signal.SIGSTOP)",
    "a thread that reports later": (
        'threading.Thread(target=lambda: [send({"question": 0, "step": 0, "printed": "9"}) for _ in range(9)]).start()'
    ),
    "a child that reports in its place": 'os.fork() or (send({"key": "", "errors": []}), os._exit(0))',
    "the protocol imported again": "[importlib.reload(m) for k, m in [*sys.modules.items()] if 'prot' in k]",
    "a trace of each call": "sys.settrace(lambda frame, event, arg: frame.f_locals.clear())",
    "a profile that ends the process": "sys.setprofile(lambda frame, *a: 'double' in str(frame) and os._exit(0))",
    "a name of the spec module replaced": "import app.double as spec; spec.double = wrong",
    "the key read from its pipe": (
        "for number in range(3, 40):\n    try:\n        if select.select([number], [], [], 0)[0]:\n"
        '            send({"key": os.read(number, 32).decode(), "errors": []})\n'
        "    except (OSError, ValueError):\n        pass"
    ),
    "standard input read": 'send({"key": os.read(0, 99).decode()[-32:], "errors": []})',
    "descriptors closed": "os.closerange(3, 64)",
    "descriptors exchanged": "[os.dup2(2, number) for number in range(3, 12)]",
    "deeply nested lines": "[os.write(number, b'[' * 90000 + b'\\n') for number in (4, 5, 6, 7)]",
}
"""What is done while the candidate is imported."""

AT_CALL = {
    "example.want set, found in frames": (
        "for each in frames():\n        example = each.f_locals.get('example')\n"
        "        if example is not None:\n            example.want = '12\\n'"
    ),
    "example.want set, found in the collector's list": (
        "for each in gc.get_objects():\n        if type(each).__name__ == 'Example':\n            each.want = '12\\n'"
    ),
    "the key found in frames, and a report": (
        "for each in frames():\n        key = each.f_locals.get('key')\n"
        "        if key is not None:\n            send({'key': key, 'name': 'double', 'errors': []})\n    os._exit(0)"
    ),
    "the report function found in frames": (
        "for each in frames():\n        report = each.f_locals.get('report')\n        if report is not None:\n"
        "            report({'question': 0, 'step': 0, 'printed': '', 'errors': []})"
    ),
    "the report without errors, and the end": "send({'name': 'double', 'errors': []}); os._exit(0)",
    "sys.exit": "sys.exit(0)",
    "os._exit": "os._exit(0)",
    "a signal": "os.kill(os.getpid(), signal.SIGKILL)",
    "another program": "os.execv('/bin/true', ['true'])",
    "standard output replaced": "sys.stdout = io.StringIO()",
    "the locals of the caller set": (
        "[ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(each), 0) for each in frames() "
        "if each.f_locals.update(errors=[], raised=[]) is None]"
    ),
    "strings overwritten in memory": "ctypes.memset(id(n) + 24, 0, 4) if n == 10**9 else None",
    "an object with a lying repr": "return type('Eight', (int,), {'__repr__': lambda self: '12'})(n)",
    "an object that equals all": "return type('Any', (), {'__eq__': lambda *a: True, '__repr__': lambda s: 'any'})()",
}
"""What is done when the candidate's function is called."""

KNOWN_OPEN = {
    "what the docstring says is wanted": (
        "return eval(re.search(r'double[(]4[)]\\n *(.*)', __import__('app.double').double.double.__doc__)[1]) "
        "if n == 4 else (_ for _ in ()).throw(TypeError('not a number'))"
    ),
    "what the spec's file says is wanted": (
        "source = Path(sys.modules['app.double'].__file__).read_text()\n"
        "    if n == 4:\n        return int(re.search(r'double[(]4[)]\\n *(.*)', source)[1])\n"
        "    raise TypeError('not a number')"
    ),
    "the examples' answers written down": "if n == 4:\n        return 8\n    raise TypeError('not a number')",
}
"""Not to be told from code that gives the answers: the README names it."""


HONEST = CANDIDATE.format(at_import="", at_call="").replace("3 * n if isinstance(n, int) else None", "2 * int(n)")
HONEST = HONEST.replace(
    "def double(n: int) -> int:",
    "def double(n: int) -> int:\n    if n == 'a':\n        raise TypeError('not a number')",
)
"""The same candidate, without a deed, giving the right answer."""


def forgeries() -> dict[str, str]:
    """Return the candidates that have to fail, by their kind."""
    found = {kind: CANDIDATE.format(at_import=deed, at_call="pass") for kind, deed in AT_IMPORT.items()}
    return found | {kind: CANDIDATE.format(at_import="", at_call=deed) for kind, deed in AT_CALL.items()}


def known_open() -> dict[str, str]:
    """Return the candidates that pass by knowing what is wanted."""
    return {kind: CANDIDATE.format(at_import="", at_call=deed) for kind, deed in KNOWN_OPEN.items()}
