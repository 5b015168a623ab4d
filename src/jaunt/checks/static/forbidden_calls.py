"""What code may not do on import, or in a test, as data; and what it looks at to learn who runs it."""

import ast
import re
from collections.abc import Iterator, Mapping

from jaunt.syntax.source import Function, ModuleSource, assignment_targets, dotted_path
from jaunt.text.flaw import Flaw

LOOKS = "looks"
"""The kind of a flaw that says that code looks at who runs it."""
SKIPS = frozenset({"exit", "importorskip", "skip", "skipif", "xfail"})
"""Names of pytest's that keep a test from running."""

ENDS_A_RUN = frozenset({"os._exit", "os.abort", "os.kill", "signal.raise_signal"})
"""Functions that end the process of a test run."""

_WHO = """
    sys.modules sys.meta_path sys.orig_argv sys.gettrace sys.getprofile sys.getrefcount gc.get_objects gc.get_referrers
    signal.getitimer signal.getsignal os.getppid os.getsid resource.getrlimit random.seed
"""
_FRAMES = """
    sys._getframe sys._current_frames inspect.stack inspect.currentframe inspect.trace traceback.extract_stack
    traceback.walk_stack traceback.format_stack traceback.print_stack
"""
_THREADS = """
    threading.active_count threading.enumerate threading.main_thread threading.current_thread threading.get_ident
    threading.get_native_id
"""
_CLOCKS = """
    time.time time.time_ns time.monotonic time.monotonic_ns time.perf_counter time.perf_counter_ns time.process_time
    time.process_time_ns time.thread_time time.clock_gettime time.localtime time.gmtime os.times resource.getrusage
    datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today datetime.date.today
"""
_PLACES = "os.getcwd os.getcwdb pathlib.Path.cwd"
_HOSTS = """
    socket.gethostname socket.getfqdn socket.if_nameindex platform.node platform.uname os.uname uuid.getnode
"""
_USERS = "getpass.getuser os.getlogin os.getuid os.geteuid os.getpid"
_VARIABLES = "os.environ os.environb os.getenv"
_TERMINALS = """
    sys.__stdin__ sys.__stdout__ sys.__stderr__ os.isatty sys.stdin.isatty sys.stdout.isatty sys.stderr.isatty
"""
_TELLS: Mapping[str, str] = {  # and the words of specs that mean it
    **dict.fromkeys(_WHO.split(), ""),
    **dict.fromkeys(_FRAMES.split(), "caller callers calling frame frames stack traceback"),
    **dict.fromkeys(_THREADS.split(), "thread threads threading lock concurrent"),
}
"""What tells code who runs it, or has others draw the same numbers."""
_DECIDE: Mapping[str, str] = {
    **dict.fromkeys(
        _CLOCKS.split(),
        """now today time times timed timing timer timestamp timestamps timeout clock current currently elapsed duration
        age ago old older expire expires expired expiry stale fresh ttl cache cached deadline wait waits retry retries
        delay second seconds minute minutes hour hours day days year yesterday tomorrow past future long rate slow
        measure measures latest recent last log logs date dated""",
    ),
    **dict.fromkeys(_PLACES.split(), "path paths file files folder folders directory directories relative absolute"),
    **dict.fromkeys(_HOSTS.split(), "host hosts hostname machine computer node platform system network"),
    **dict.fromkeys(_USERS.split(), "user users login account owner root permissions pid process processes"),
    **dict.fromkeys(_VARIABLES.split(), "environment environ env variable variables configuration settings"),
    **dict.fromkeys(
        _TERMINALS.split(),
        "terminal tty stdin stdout stderr output console stream interactive colour color colours colors print prints",
    ),
}
"""What tells code when and where it runs: no more than data, unless what it does depends on that."""
_CLASSES = "subclass subclasses registry registered plugin plugins"
_OF_FRAMES = frozenset({"tb_frame", "f_back", "gi_frame", "cr_frame"})  # of whatever has one
_HEADS = frozenset(path.partition(".")[0] for path in (*_TELLS, *_DECIDE))
_MOSTLY_TYPES = frozenset({"datetime", "pathlib", "uuid"})  # modules imported for their classes, more often than not
_TELLING_TEXT = re.compile(r"\b(hypothesis|_?pytest|PYTEST_\w+|PYTHONHASHSEED)\b|/proc/")
_IMPORT_LINE = re.compile(r"^\s*(import|from) .*$", re.M)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_DECIDING = (
    *(ast.If, ast.While, ast.IfExp, ast.Assert, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.Match, ast.comprehension),
)
_PASSED_OVER = {
    ast.Load,
    ast.Store,
    ast.arg,
    ast.arguments,
    ast.keyword,
    ast.Expr,
    ast.Return,
    ast.JoinedStr,
    ast.Tuple,
}
_MAY_LOOK = re.compile(
    rf"\b(import|from) +(\w+ *(as \w+ *)?, *)*({'|'.join(sorted(_HEADS - _MOSTLY_TYPES))})\b|{_TELLING_TEXT.pattern}"
    r"|\.(now|utcnow|today|cwd|getnode)\b"
    rf"|^\s+\w+(\.\w+)+\s*=[^=]|\b({'|'.join(sorted(_OF_FRAMES))}|__subclasses__|__import__)\b",
    re.M,
)


def looks_at_run(candidate: ModuleSource, spec: ModuleSource) -> Iterator[Flaw]:
    """Yield what a candidate looks at to learn who runs it, or changes for all others, if its spec says nothing of it.

    Such code may be right for as long as it is looked at. The symbol of each is the definition that does so.
    """
    if not _MAY_LOOK.search(candidate.text):
        return  # most code imports none of these modules
    look = _Look(candidate, spec)
    for statement in candidate.tree.body:
        for node in ast.walk(statement):
            if type(node) not in _PASSED_OVER:
                for what in look.at(node):
                    yield _flaw(what, node, statement)
        for what, node in look.decisions():
            yield _flaw(what, node, statement)
        look.leave(statement)


def _flaw(what: str, node: ast.AST, statement: ast.stmt) -> Flaw:
    said = f"{what} and its spec says nothing of that"
    return Flaw(said, line=getattr(node, "lineno", 0), symbol=getattr(statement, "name", ""), kind=LOOKS)


class _Look:
    """Looks at the nodes of a candidate, each after the one that it is in."""

    def __init__(self, candidate: ModuleSource, spec: ModuleSource) -> None:
        self._module, self._bindings = candidate.module, candidate.bindings
        self._known = {*re.findall(r"\w+", spec.text)}
        self._said = {*re.findall(r"\w+", _IMPORT_LINE.sub("", spec.text).lower())}
        self._passed = {id(each) for each in _docstrings(candidate.tree)}  # nodes that are what they are said to be
        self._conditions: set[int] = set()  # nodes that something depends on
        self._holding: dict[str, str] = {}  # variable -> what it was given that tells where and when code runs
        self._kept: dict[str, str] = {}  # those of them that are the module's
        self._tested: list[ast.Name] = []

    def at(self, node: ast.AST) -> Iterator[str]:
        """Yield what is wrong with a node, in words."""
        if isinstance(node, _DEFINITIONS):
            self._passed.update(map(id, _docstrings(node)))
        elif isinstance(node, _DECIDING):
            self._conditions.update(id(each) for test in _tests(node) for each in ast.walk(test))
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            told = self._where(node.value.func if isinstance(node.value, ast.Call) else node.value)
            if told:
                self._holding[node.targets[0].id] = told
        if id(node) in self._passed:
            return
        if isinstance(node, ast.Name) and id(node) in self._conditions:
            self._tested.append(node)
        what = self._what(node) or (self._where(node) if id(node) in self._conditions else "")
        if what:
            yield f"looks at `{what}`, which tells it who runs it,"
        for target in assignment_targets(node) if isinstance(node, ast.stmt) else ():
            path = dotted_path(target, self._bindings) if isinstance(target, ast.Attribute) else None
            if path and not path.startswith(f"{self._module}.") and path.rpartition(".")[2] not in self._known:
                yield f"changes `{path}` for all other code,"

    def decisions(self) -> Iterator[tuple[str, ast.AST]]:
        """Yield what variables hold that something depends on, in words, and where."""
        for node in self._tested:
            if node.id in self._holding:
                yield f"looks at `{self._holding[node.id]}`, which tells it who runs it,", node
        self._tested.clear()

    def leave(self, statement: ast.stmt) -> None:
        """Forget the variables of a definition."""
        if isinstance(statement, Function | ast.ClassDef):
            self._holding = {**self._kept}
        else:
            self._kept = {**self._holding}

    def _what(self, node: ast.AST) -> str:
        """Return what a node looks at that tells who runs it, "" for nothing."""
        if isinstance(node, ast.Attribute | ast.Name):
            path = dotted_path(node, self._bindings) or ""
            return path if self._tells(path, _TELLS) else self._of_anything(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = _TELLING_TEXT.search(node.value)
            return node.value if found and found[0].strip("/") not in self._known else ""
        return self._by_name(node) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""

    def _where(self, node: ast.AST) -> str:
        """Return what a node is that tells where and when code runs, "" for nothing, or for what the spec speaks of."""
        if isinstance(node, ast.Call | ast.Subscript | ast.Compare):
            self._pass_known_variable(node)
        path = dotted_path(node, self._bindings) or "" if isinstance(node, ast.Attribute | ast.Name) else ""
        return path if id(node) not in self._passed and self._tells(path, _DECIDE) else ""

    def _tells(self, path: str, told: Mapping[str, str]) -> bool:
        words = told.get(path)
        return words is not None and path.rpartition(".")[2] not in self._known and not self._speaks_of(words)

    def _speaks_of(self, words: str) -> bool:
        return not self._said.isdisjoint(words.split())

    def _of_anything(self, node: ast.Attribute | ast.Name) -> str:
        """Return what an attribute is, by its name alone, that tells of frames or of all classes."""
        if not isinstance(node, ast.Attribute):
            return ""
        if node.attr in self._known:
            return ""
        if node.attr in _OF_FRAMES:
            return "" if self._speaks_of(_TELLS["inspect.stack"]) else node.attr
        is_of_all = isinstance(node.value, ast.Name) and node.value.id in ("object", "type")
        is_told = is_of_all and node.attr == "__subclasses__" and not self._speaks_of(_CLASSES)
        return "object.__subclasses__" if is_told else ""

    def _by_name(self, node: ast.Call) -> str:
        """Return what a call of one of Python's own functions gets at, of a module that tells who runs it."""
        function = node.func.id if isinstance(node.func, ast.Name) else ""
        first = node.args[0] if node.args else None
        if function == "__import__":
            name = first.value if isinstance(first, ast.Constant) else None
            is_one = name is None or str(name).partition(".")[0] in _HEADS
            return "" if not is_one or self._speaks_of("import imports module modules plugin plugins") else "__import__"
        module = (dotted_path(first, self._bindings) or "") if first is not None else ""
        if module in ("sys.stdin", "sys.stdout", "sys.stderr") and function in ("type", "isinstance"):
            return "" if self._speaks_of(_DECIDE["os.isatty"]) else module
        if module in _HEADS and function == "vars":
            return f"{module}.__dict__"
        is_any = function == "getattr" and len(node.args) > 1 and not isinstance(node.args[1], ast.Constant)
        if module == "sys" and is_any:
            return f"{module}.{ast.unparse(node.args[1])}"
        return ""

    def _pass_known_variable(self, node: ast.Call | ast.Subscript | ast.Compare) -> None:
        """Pass over the environment where it is asked for a variable that the spec names."""
        if isinstance(node, ast.Compare):
            owner, given = node.comparators[0], [node.left]
        else:
            owner, given = (node.func, node.args[:1]) if isinstance(node, ast.Call) else (node.value, [node.slice])
        if given and isinstance(given[0], ast.Constant) and given[0].value in self._known:
            path = dotted_path(owner, self._bindings) or ""
            if path.startswith(("os.environ", "os.getenv")):
                self._passed.update(map(id, ast.walk(owner)))


def _docstrings(node: ast.AST) -> Iterator[ast.expr]:
    is_definition = isinstance(node, Function | ast.ClassDef | ast.Module)
    if is_definition and node.body and isinstance(node.body[0], ast.Expr):
        yield node.body[0].value


def _tests(node: ast.AST) -> list[ast.expr]:
    """Return the parts of a node that what is done depends on."""
    if isinstance(node, ast.If | ast.While | ast.IfExp | ast.Assert):
        return [node.test]
    if isinstance(node, ast.BoolOp | ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
        return [node]
    if isinstance(node, ast.Match):
        return [node.subject]
    return node.ifs if isinstance(node, ast.comprehension) else []
