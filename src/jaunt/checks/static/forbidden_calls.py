"""What code may not do on import, or in a test, as data; and what it looks at to learn who runs it."""

import ast
import re
from collections.abc import Iterator

from jaunt.syntax.source import Function, ModuleSource, assignment_targets, dotted_path
from jaunt.text.flaw import Flaw

SKIPS = frozenset({"exit", "importorskip", "skip", "skipif", "xfail"})
"""Names of pytest's that keep a test from running."""

ENDS_A_RUN = frozenset({"os._exit", "os.abort", "os.kill", "signal.raise_signal"})
"""Functions that end the process of a test run."""

_TELLS = frozenset(
    {
        *("sys.modules", "sys.meta_path", "sys.orig_argv", "sys._getframe", "sys._current_frames", "sys.gettrace"),
        *("inspect.stack", "inspect.currentframe", "inspect.trace", "traceback.extract_stack", "traceback.walk_stack"),
        *("traceback.format_stack", "traceback.print_stack", "gc.get_objects", "gc.get_referrers", "signal.getitimer"),
        *("threading.active_count", "threading.enumerate", "threading.main_thread", "os.getppid", "os.getsid"),
        *("resource.getrlimit", "random.seed"),
    }
)
"""What tells code who runs it, or has others draw the same numbers."""
_OF_FRAMES = re.compile(r"\.(_getframe|stack|currentframe|trace|extract_stack|walk_stack|format_stack|print_stack)$")
_CALLER = {"caller", "callers", "calling", "frame", "frames", "stack", "traceback"}
"""Words of a spec that speaks of who calls."""
_TELLING_TEXT = re.compile(r"\b(hypothesis|_?pytest|PYTEST_\w+|PYTHONHASHSEED)\b|/proc/")


def looks_at_run(candidate: ModuleSource, spec: ModuleSource) -> Iterator[Flaw]:
    """Yield what a candidate looks at to learn who runs it, or changes for all others, if its spec says nothing of it.

    Such code may be right for as long as it is looked at.
    """
    if not _may_look(candidate.text):
        return
    known = {*re.findall(r"\w+", spec.text)}
    documented = {
        id(each.body[0].value)
        for each in ast.walk(candidate.tree)
        if isinstance(each, Function | ast.ClassDef | ast.Module) and each.body and isinstance(each.body[0], ast.Expr)
    }
    for node in ast.walk(candidate.tree):
        what = ""
        if isinstance(node, ast.Attribute | ast.Name):
            path = dotted_path(node, candidate.bindings) or ""
            is_said = path.rpartition(".")[2] in known or (_OF_FRAMES.search(path) and not known.isdisjoint(_CALLER))
            what = path if path in _TELLS and not is_said else ""
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            found = _TELLING_TEXT.search(node.value)
            what = node.value if found and found[0].strip("/") not in known else ""
        if what:
            yield Flaw(
                f"looks at `{what}`, which tells it who runs it, and its spec says nothing of that",
                line=getattr(node, "lineno", 0),
            )
        for target in assignment_targets(node) if isinstance(node, ast.stmt) else ():
            path = dotted_path(target, candidate.bindings) if isinstance(target, ast.Attribute) else None
            if path and not path.startswith(f"{candidate.module}.") and path.rpartition(".")[2] not in known:
                yield Flaw(
                    f"changes `{path}` for all other code, and its spec says nothing of that",
                    line=getattr(node, "lineno", 0),
                )


def _may_look(text: str) -> bool:
    """Whether a walk through the tree could find anything: most code imports none of these modules."""
    heads = {each.partition(".")[0] for each in _TELLS}
    is_patch = re.search(r"^\s+\w+(\.\w+)+\s*=[^=]", text, re.M)
    return bool(
        is_patch
        or _TELLING_TEXT.search(text)
        or any(f"import {each}" in text or f"from {each}" in text for each in heads)
    )
