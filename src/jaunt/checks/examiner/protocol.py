"""What passes between jaunt and the examiner, the program in the sandbox that imports candidates and asks them.

To the examiner go `Order`s about one candidate, as a list in JSON behind its length (`frame`), and behind that a key
of `KEY` characters, which the process of the candidate reads only when the import is over. The candidate is imported
once, for all of them; each is answered by a process of its own, as if it were the only one. Back come, for each, lines
of JSON: one `ImportReport`, then an `AnswerReport` for each step of each question, as soon as it is there.

No report says that a candidate is right. The examiner runs the steps, which are statements, and says what each printed
and raised; what was wanted is in no order, so it never is in the memory that the candidate's code can reach. jaunt
compares. So who forges an answer has to know what is wanted, as code does that gives it.
"""

from typing import NotRequired, TypedDict

KEY = 32  # characters
COUNT = 8  # digits of the number of bytes that a frame begins with
LONGEST = 2_000  # characters of what a step gave that are shown


class Steps(TypedDict):
    """Statements that are run one after the other, in a copy of the names of the spec module and of the candidate."""

    name: str
    steps: list[str]


class Drawn(TypedDict):
    """Inputs that are to be drawn of plain types: their names and sources, in order, and how many inputs at most."""

    kinds: list[tuple[str, str]]
    examples: int


class Order(TypedDict):
    """What is to be examined: a candidate, by the questions of one check.

    `single_file` says that the spec module is in no package.

    `bases` are the folders that the project's module names start from; with `effects`, what the import does besides
    defining is an error; `preload` are modules of jaunt's that a sandbox that stays imports once, for all candidates,
    and whose `prepare`, if they have one, it calls with `drawn` before the candidate is there.
    """

    spec_module: str
    generated_module: str
    source: str
    filename: str
    names: list[str]
    questions: list[Steps]
    single_file: bool
    bases: list[str]
    effects: bool
    preload: NotRequired[list[str]]
    drawn: NotRequired[list[Drawn]]


class Wrong(TypedDict):
    """One thing that is wrong with how a candidate came to be: see `Flaw`, which jaunt makes of it."""

    message: str
    line: NotRequired[int]
    symbol: NotRequired[str]


class ImportReport(TypedDict):
    """How the import went; it counts only with the key. `unbuilt` are the modules whose code was missing."""

    key: str
    errors: list[Wrong]
    unbuilt: list[str]


class AnswerReport(TypedDict):
    """What a step did: `printed` is its output; `raised` what its traceback ends with, in the forms that count.

    `error` is the class of that, `line` the candidate's last one that it came through; `words` say both, and more.
    """

    question: int
    step: int
    printed: str
    raised: NotRequired[list[str]]
    error: NotRequired[str]
    line: NotRequired[int]
    words: NotRequired[str]
    unbuilt: NotRequired[list[str]]


def frame(content: bytes) -> bytes:
    """Return content as it goes through a stream: its length in digits, then itself."""
    return b"%0*d%b" % (COUNT, len(content), content)
