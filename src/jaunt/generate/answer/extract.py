"""From a model's answer to the code in it, out of all that models put around code."""

import ast
import re
from collections.abc import Iterable, Sequence
from itertools import islice

from jaunt.generate.answer.demonstrations import without_demonstrations
from jaunt.generate.answer.fences import fenced_blocks, find_fences
from jaunt.generate.answer.jaunt_traces import without_jaunt
from jaunt.generate.answer.wrappings import strings_in_json, with_plain_blanks, without_quote_marks
from jaunt.syntax.candidate import MAX_BYTES, missing_names, parse_candidate
from jaunt.syntax.source import Definition, Function, ModuleSource, is_stub, without_warnings

_MOST_FENCES = 50  # an answer that is all fences must not take for ever
_MOST_CUTS = 20  # nor must one that is all prose

_DEFINED = re.compile(r"^(?:(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|(\w+)[ \t]*[:=])", re.MULTILINE)
_BEGINS = re.compile(
    r"(?:async[ \t]+def|def|class|import|if|for|with)[ \t]+\w+|try:|from[ \t]+[\w.]+[ \t]+import\b"
    r"|[@\"']|\w+[ \t]*(?:=|:.*=)"
)
_GOES_ON = re.compile(rf"[ \t)\]}}]|{_BEGINS.pattern}")


def extract_code(answer: str, names: Sequence[str] = ()) -> str:
    """Return the source in a model's answer; `names` are those that it has to define.

    A `<think>` part, the prose and the fences around it, CRLF and a byte order mark are removed. So is what is left of
    the spec, jaunt's decorators on `names` and imports of jaunt that nothing else uses, and what stands below the
    code only to try it out. An answer may be JSON or a quotation. Of several blocks the last counts that defines all
    names, as it corrects the others, or else those that define some, in order. Other text stays as it is.
    """
    text = answer.replace("\r\n", "\n").removeprefix("\ufeff")
    in_json = [_code_in(each.strip("\n"), names) for each in strings_in_json(text)]
    readings = [_code_in(each.strip("\n"), names) for each in _without_thoughts(without_quote_marks(text))]
    known = [*in_json, *readings]
    code = readings[0] if len(known) == 1 else next((r for r in known if names and _defines(r, names)), readings[0])
    code = _readable(code.strip("\n") + "\n", names)
    return without_demonstrations(without_jaunt(code, names), names)


def _readable(code: str, names: Sequence[str]) -> str:
    """Return code with plain blanks, if it can't be read as it is and can be then."""
    plain = with_plain_blanks(code)
    return plain if plain is not None and not _parsed(code) and _defines(plain, names) else code


def _without_thoughts(text: str) -> list[str]:
    """Return the answer without what the model thought; both ways, where the tag may as well stand in the code."""
    if text.lstrip().startswith("<think>"):
        return [text.partition("</think>")[2]]
    before, tag, after = text.partition("</think>")  # some servers swallow the opening tag
    return [after, text] if tag else [before]


def _code_in(text: str, names: Sequence[str]) -> str:
    fences = list(islice(find_fences(text), _MOST_FENCES))
    if not fences:
        return _without_prose(text, names)
    # A fence may stand in a docstring, of code that is itself fenced or not: what parses tells.
    if (text.startswith("#") or _BEGINS.match(text)) and _parsed(text):
        return text
    at_margin = [fence for fence in fences if not fence.lead]
    blocks, others = fenced_blocks(text, fences if fences[0].lead else at_margin)
    if fences[0].lead and (cut := _without_prose(text, names)) != text:
        others.append(cut)
    readings = _longest_first([*blocks, *others])
    likely = [reading for reading in readings if _mentions(reading, names)]
    if len(likely) == 1 and likely[0] in blocks:
        return likely[0]  # as it nearly always is: it is parsed later, beside the event loop
    code = _corrected(blocks, names) or _best(likely, names) or _joined(blocks, names)
    if code is None and len(at_margin) < len(fences):
        indented = _longest_first(each for found in fenced_blocks(text, fences) for each in found)
        code = _best([reading for reading in indented if _mentions(reading, names)], names)
    if code is None and names:
        unfenced = [_without_prose(part, names) for part in (text, text[: fences[0].start])]
        code = next((each for each in unfenced if _defines(each, names)), None)
    return code or next(filter(_parsed, readings), "") or max(blocks, key=len, default="") or [text, *others][-1]


def _longest_first(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sorted((text for text in texts if text.strip()), key=len, reverse=True)))


def _corrected(blocks: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the last of several blocks that define all names with bodies; None if there are not several."""
    whole = [block for block in blocks if _mentions(block, names)] if names else []
    whole = [block for block in whole if _spelt_out(block, names)]
    return whole[-1] if len(whole) > 1 else None


def _spelt_out(block: str, names: Sequence[str]) -> bool:
    source = _parsed(block)
    return source is not None and set(names) <= source.definitions.keys() and set(names) <= _implemented(block)


def _best(readings: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the first one that defines all names, rather with bodies than with stubs."""
    defining = [reading for reading in readings if _defines(reading, names)]
    return next((r for r in defining if set(names) <= _implemented(r)), None) or next(iter(defining), None)


def _joined(blocks: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the blocks that define the names together, and those that help them; None if they don't."""
    parts, missing, known = [], set(names), set[str]()
    for block in blocks:
        source = _parsed(block)
        if source is None or not missing or not all(map(_is_quiet, source.tree.body)):
            continue
        defined = set(source.definitions)
        if defined & known or not defined & set(names) <= _implemented(block):
            continue  # said before, or a repeated stub
        parts.append(block.strip("\n"))
        known |= defined
        missing -= _mentioned(block)
    joined = "\n\n\n".join(parts)
    return joined if names and not missing and _defines(joined, names) else None


def _is_quiet(statement: ast.stmt) -> bool:
    """Whether a statement belongs to a module rather than to an example of its use."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, Definition | ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign)


def _without_prose(text: str, names: Sequence[str]) -> str:
    """Return text that has no fences without what stands before and after the code in it."""
    lines = text.rstrip().split("\n")
    if _BEGINS.match(lines[0]) and _GOES_ON.match(lines[-1]) and _mentions(text, names):
        return text
    if len(text) > MAX_BYTES or _parsed(text):
        return text
    start = next((number for number, line in enumerate(lines) if _BEGINS.match(line)), len(lines))
    while start and lines[start - 1].startswith("#"):
        start -= 1
    end = len(lines)
    for _ in range(_MOST_CUTS):
        wrong = _wrong_line("\n".join(lines[start:end]))
        if not wrong or start == end:
            break
        end = min(start + wrong, end) - 1  # what is never closed may be told of the line after the last
    found = "\n".join(lines[start:end]).rstrip()
    # What looks like code is never cut off: that it can't be parsed is the model's own error.
    is_prose = not any(_GOES_ON.match(line) for line in lines[end:])
    return found if is_prose and found and _defines(found, names) else text


def _wrong_line(text: str) -> int:
    """Return the line, counted from 1, at which a text is no Python; 0 if it is."""
    try:
        with without_warnings():
            ast.parse(text)
    except SyntaxError as error:
        return error.lineno or 1
    except (ValueError, RecursionError, MemoryError):
        return 1
    return 0


def _mentioned(text: str) -> set[str]:
    """Return the names that a text seems to define, in far less time than it takes to parse it."""
    return {name for pair in _DEFINED.findall(text) for name in pair}


def _mentions(text: str, names: Sequence[str]) -> bool:
    # The search by words alone takes 3 us, a hundredth of what a parser takes.
    by_words = all(f"def {name}(" in text or f"class {name}" in text for name in names)
    return by_words or _mentioned(text).issuperset(names)


def _parsed(text: str) -> ModuleSource | None:
    return parse_candidate(text)[0]


def _defines(text: str, names: Sequence[str]) -> bool:
    source = _parsed(text)
    return source is not None and not missing_names(source, names)


def _implemented(text: str) -> set[str]:
    """Return the names that a text, which can be parsed, defines with more than a stub."""
    source = _parsed(text)
    assert source is not None
    stubs = {name for name, node in source.definitions.items() if _is_stub(node)}
    return (_mentioned(text) | source.definitions.keys()) - stubs


def _is_stub(node: Definition) -> bool:
    if isinstance(node, ast.ClassDef):
        methods = [member for member in node.body if isinstance(member, Function)]
        return bool(methods) and all(map(_is_stub, methods))
    body = node.body if ast.get_docstring(node, clean=False) is None else node.body[1:]
    return all(map(is_stub, body))
