"""What passes between jaunt and the program in the sandbox that compares versions of a module's code.

To it goes an `Order`, as JSON on standard input. Back comes a line of JSON for each subject, a `Report`.
"""

from typing import Literal, NotRequired, TypedDict

RAISES = "  # doctest: +IGNORE_EXCEPTION_DETAIL"
"""After a call of which only the class of its error counts."""


class Member(TypedDict):
    """A method or property of a class; `definition` is its stub, without decorators, the
    instance or the class, and what its body says."""

    name: str
    kind: Literal["method", "property", "bound"]
    definition: str


class Subject(TypedDict):
    """What is called: a function, by its stub, or, where it has `members`, a class, whose instances are.

    `texts` and `numbers` stand in its examples or in the code: inputs are made of them, among others. `about` is what
    its docstrings say.
    """

    name: str
    definition: str
    members: list[Member]
    is_class: bool
    texts: list[str]
    numbers: list[int]
    about: str


class Order(TypedDict):
    """The versions of one module's code, `sources`, and what of it is compared, on how many inputs.

    `smaller` is how many more are tried to find the smallest; `seconds` is how long one subject may take at most.
    """

    spec_module: str
    generated_module: str
    filename: str
    names: list[str]
    single_file: bool
    bases: list[str]
    sources: list[str]
    subjects: list[Subject]
    inputs: int
    smaller: int
    seconds: float


class Step(TypedDict):
    """What came of one call, by one version.

    `call` is how it is written, `key` what is compared, `exact` the same to the last digit, `shown` what a person sees;
    `lines` are what settles it in a docstring: examples as they are written there, none if it can't be written.
    `raised` is the class of an error. What is compared apart: its message is `detail`, `zero` the key with the sign of
    zero, and `alias` names the argument that the call gave back, itself. `changed` has what became of the arguments
    that the call changed, as source; of a call with either, `parts` has the name of each argument, what is written
    before it, and its source. `opaque` names a type into which nobody can look; a call is `vague` where an argument
    can't be written.
    """

    call: str
    key: str
    exact: str
    shown: str
    lines: list[str]
    raised: NotRequired[str]
    detail: NotRequired[str]
    zero: NotRequired[str]
    alias: NotRequired[str]
    changed: NotRequired[dict[str, str | None]]
    parts: NotRequired[list[tuple[str, str, str | None]]]
    opaque: NotRequired[str]
    vague: NotRequired[bool]


class Group(TypedDict):
    """Versions that behave alike: their indices, what they give, and the lines that would settle it that way."""

    versions: list[int]
    shown: str
    lines: list[str]


class Difference(TypedDict):
    """The smallest input on which versions disagree in one way, and the groups, the larger first.

    `aside` says what alone differs where that is little: "message", "zero" or "alias"; "" for a real difference.
    """

    call: str
    groups: list[Group]
    aside: str


class Report(TypedDict):
    """What came of one subject: on how many inputs it was called, and on how many of them it raised an error.

    `differs` is on how many versions disagreed. `why_not` says why it was not compared, or not to the end; it is `late`
    where time was up before all inputs were tried.
    """

    name: str
    tried: int
    raised: int
    differs: int
    differences: list[Difference]
    why_not: str
    late: bool
