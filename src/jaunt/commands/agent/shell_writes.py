"""Which files a command line of a shell writes in plain sight: redirections, and programs known for it.

It is no shell: what variables, substitutions and programs of the command's own come to is not known. Code that is
given to an interpreter (`python -c`) is not read.
"""

import posixpath
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence

_MOST = 32 * 2**10  # characters that are read: to take words apart costs 1 ms for 1,000 where much else runs
_HEREDOC = re.compile(r"(<<-?\s*(['\"]?)([\w.-]+)\2[^\n]*\n).*?^\s*\3\s*$", re.DOTALL | re.MULTILINE)
_SIGNS = "();<>|&\n"
_SHELLS = {"sh", "bash", "zsh", "dash", "ksh"}
_PREFIXES = {
    *("sudo", "env", "time", "nice", "nohup", "command", "exec", "builtin", "stdbuf", "xargs"),
    *("if", "then", "else", "elif", "do", "while", "until", "!", "{"),
}
"""Words after which the program itself follows."""
_DEPTH = 3  # shells in shells


def written_by(command: str, *, depth: int = 0) -> Iterator[str]:
    """Yield the paths that a command line plainly writes, moves or removes, relative to where it starts."""
    folder = ""
    for words, targets in _simple_commands(_HEREDOC.sub(r"\1", command[:_MOST]).replace("\\\n", " ")):
        yield from (_in(folder, target) for target in targets)
        while words and (words[0] in _PREFIXES or re.match(r"\w+=|-", words[0])):
            words = words[1:]
        if not words:
            continue
        program, rest = posixpath.basename(words[0]), words[1:]
        if program in ("cd", "pushd") and rest:
            folder = _in(folder, rest[-1])
        elif program in _SHELLS and depth < _DEPTH:
            at = next((i for i, each in enumerate(rest) if re.fullmatch(r"-\w*c", each)), len(rest))
            for inner in rest[at + 1 : at + 2]:
                yield from (_in(folder, path) for path in written_by(inner, depth=depth + 1))
        elif program in _WRITERS:
            yield from (_in(folder, path) for path in _WRITERS[program](rest))


def _simple_commands(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the words of each command of a line, and the files that its output goes to."""
    words, targets = list[str](), list[str]()
    is_redirected = is_comment = False
    for token in _tokens(text):
        is_sign = not token.strip(_SIGNS) and token != ""
        is_comment = (is_comment or token.startswith("#")) and "\n" not in token
        if is_comment:
            continue
        if is_redirected and not is_sign:
            targets += [] if token.isdigit() or token == "-" else [token]
        elif is_sign and not token.endswith((">", ">|", ">&", "<", "<&")):
            yield words, targets
            words, targets = [], []
        elif not is_sign:
            words.append(token)
        is_redirected = is_sign and token.endswith((">", ">|", ">&"))
    yield words, targets


def _tokens(text: str) -> Iterator[str]:
    """Yield words without their quotes, and signs; of a text that no shell would take, those of its sound lines."""
    try:
        yield from [*_lexer(text)]
    except ValueError:
        for line in text.split("\n") if "\n" in text else ():
            yield from _tokens(line)
            yield "\n"


def _lexer(text: str) -> shlex.shlex:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=_SIGNS)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    return lexer


def _in(folder: str, path: str) -> str:
    return posixpath.join(folder, path)


def _operands(words: Sequence[str]) -> list[str]:
    return [word for word in words if not word.startswith("-")]


def _edited(words: Sequence[str]) -> list[str]:
    in_place = any(re.match(r"-[a-zA-Z]*i|--in-place", word) for word in words)
    return _operands(words) if in_place else []


def _copied(words: Sequence[str]) -> list[str]:
    """Return what a copy may write: the last operand, or below it the names of the others."""
    into = [*words[words.index("-t") + 1 :][:1]] if "-t" in words else []
    into += [word.partition("=")[2] for word in words if word.startswith("--target-directory=")]
    operands = _operands(words)
    target = into[0] if into else operands[-1] if len(operands) > 1 else ""
    return [target, *(posixpath.join(target, posixpath.basename(each)) for each in operands)] if target else []


_WRITERS: Mapping[str, Callable[[Sequence[str]], list[str]]] = {
    **dict.fromkeys(["tee", "rm", "unlink", "shred", "truncate", "touch", "patch", "ed", "ex"], _operands),
    **dict.fromkeys(["sed", "gsed", "perl"], _edited),
    **dict.fromkeys(["cp", "install", "ln", "rsync"], _copied),
    "mv": lambda words: [*_operands(words), *_copied(words)],
    "dd": lambda words: [word.removeprefix("of=") for word in words if word.startswith("of=")],
}
