"""What `--json` of each command prints, as types: the schemas are made from them, and tests hold results to them."""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from jaunt.header import Kind


class Error(TypedDict):
    """What went wrong."""

    type: str
    message: str
    code: NotRequired[str]


class Every(TypedDict):
    """What every command prints."""

    command: str
    ok: bool
    exit_code: int
    error: NotRequired[Error]


class BuiltModule(TypedDict):
    """What a build made of a module; what it took is told of those that were begun."""

    module: str
    kind: Kind
    action: NotRequired[str]
    reason: str
    status: str
    seconds: NotRequired[float]
    model_seconds: NotRequired[float]
    check_seconds: NotRequired[float]
    write_seconds: NotRequired[float]
    attempts: NotRequired[int]
    origin: NotRequired[str]
    input_tokens: NotRequired[int]
    output_tokens: NotRequired[int]
    cached_input_tokens: NotRequired[int]
    estimated: NotRequired[bool]
    cost: NotRequired[float | None]
    path: NotRequired[str | None]
    errors: NotRequired[list[str]]
    codes: NotRequired[list[str]]
    warnings: NotRequired[list[str]]
    advisories: NotRequired[list[str]]


class OpenAnswer(TypedDict):
    """One answer to a question; `doctest` is what settles it so, ready to be pasted, "" where none can be written."""

    gives: str
    versions: int
    landed: bool
    doctest: str


class OpenQuestion(TypedDict):
    """What a spec leaves open: the smallest input on which code that passed all checks disagrees.

    `by_message`: only the words of an error differ; `aside`: what alone differs, if it is little.
    """

    spec: str
    call: str
    answers: list[OpenAnswer]
    by_message: bool
    aside: str
    text: str


class Questions(TypedDict):
    """What the specs of a module leave open, by so many versions of its code.

    Of each spec: on how many inputs it was called, and in words how far the versions agree. `why_not` says why nothing
    was compared, "" if it was.
    """

    versions: int
    inputs: dict[str, int]
    agreed: dict[str, str]
    questions: list[OpenQuestion]
    why_not: str


class Built(TypedDict):
    """What a build came to; `unproven` are the specs that have landed without an example, a property or a test.

    `behaviour` says of each module whose code was replaced what that does otherwise than before,
    `questions` what its specs leave open, by the candidates beside the one that landed.
    """

    modules: list[BuiltModule]
    seconds: float
    unproven: list[str]
    behaviour: NotRequired[dict[str, str]]
    questions: NotRequired[dict[str, Questions]]
    profile: NotRequired[dict[str, float]]


class Call(TypedDict):
    """What a call would take, or took; 0 seconds are not known."""

    seconds: float
    input_tokens: int
    output_tokens: int
    cost: float | None
    model_seconds: float | None


class PlannedModule(TypedDict):
    """A module that a build would generate, or judge first, or verify, which takes no call."""

    module: str
    kind: Kind
    digest: str
    reason: str
    from_store: bool
    least: Call | None
    most: Call | None
    action: str
    estimated: bool
    asked: list[str]
    calls: int
    kept: bool


class Total(TypedDict):
    """What all calls would take: the least and the most."""

    calls: int
    tokens: list[int] | None
    cost: list[float] | None
    free: int
    estimated: bool
    judged: int


class Planned(TypedDict):
    """What a build would do; `problems` are why modules would fail, `seconds` about what it takes in each order.

    `governed` are specs by `jaunt.module()`, without a decorator, that have no code yet.
    """

    dry_run: Literal[True]
    modules: list[PlannedModule]
    total: Total
    fresh: list[str]
    problems: dict[str, str]
    codes: dict[str, str]
    seconds: dict[str, float]
    governed: list[str]


class Ran(TypedDict):
    """How the tests ended: `tests` is how many passed, `unchanged` names the modules that did not need to run."""

    passed: bool
    exit_code: int
    failures: list[str]
    not_run: list[str]
    tests: int
    unchanged: list[str]


class Blamed(TypedDict):
    """Which side is wrong where a test failed, and why; of a derived case that tells nothing against the code."""

    test: str
    side: Literal["code", "test"]
    modules: list[str]
    why: str
    derived: bool


class Repaired(Built):
    """The round of repair: the side that was written anew."""

    side: Literal["code", "test"]
    blames: list[Blamed]


class SpecStrength(TypedDict):
    """How many changes of the code the tests of one spec reach, and how many of these they notice."""

    spec: str
    noticed: int
    reached: int


class Survivor(TypedDict):
    """A change of the code that no test notices: its name, where it is, the line before and after."""

    mutant: str
    kind: str
    module: str
    owner: str
    line: int
    before: str
    after: str
    reached: list[str]


class TestStrength(TypedDict):
    """How strong a test module is; `score` is null where nothing was measured, and `problem` says why."""

    module: str
    score: float | None
    mutants: int
    noticed: int
    survived: int
    timeouts: int
    waived: int
    problem: str
    specs: list[SpecStrength]
    survivors: list[Survivor]


class CodeStrength(TypedDict):
    """How many changes of a module of code all its tests together notice."""

    module: str
    score: float
    noticed: int
    survived: int


class Strengths(TypedDict):
    """How strong the tests are; `unchanged` has the scores that headers have told already."""

    min_strength: float | None
    modules: list[TestStrength]
    code: list[CodeStrength]
    unchanged: dict[str, float]
    page: NotRequired[str]


class Tested(TypedDict):
    """What was built, and how its tests ended, if they ran.

    `renewed` is the build of tests whose run told that they did not fit any more, `stronger` of those too weak.
    """

    modules: list[BuiltModule]
    seconds: float
    unproven: list[str]
    tests: NotRequired[Ran]
    renewed: NotRequired[Built]
    repair: NotRequired[Repaired]
    strength: NotRequired[Strengths]
    stronger: NotRequired[Built]


class Parts(TypedDict):
    """What the reports of all parts of a run came to; `problems` are of the files, `cases` are counted by kind."""

    passed: bool
    cases: dict[str, int]
    failures: list[str]
    problems: list[str]


class Merged(TypedDict):
    """What `--merge` found."""

    merged: Parts


class State(TypedDict):
    """The state of a module."""

    module: str
    kind: Kind
    state: str
    stale: bool
    action: str
    reason: str
    path: str
    imported: dict[str, str]


class Status(TypedDict):
    """The state of all modules, of generated files whose spec module is gone, and the specs that landed unproven.

    `governed` are specs by `jaunt.module()`, without a decorator, that have no code yet; `codes` are those of the
    problems, in their order.
    """

    modules: list[State]
    orphans: list[dict[str, Any]]
    problems: list[str]
    codes: list[str]
    unproven: list[str]
    governed: list[str]


class Spec(TypedDict):
    """A spec: its module's state, the specs that it depends on, and what shows that its code is right."""

    spec: str
    kind: Kind
    state: str
    needs: list[str]
    examples: int
    tests: list[str]


class Specs(TypedDict):
    """The specs one by one."""

    specs: list[Spec]


class ModuleStatus(TypedDict):
    """All there is to say of one module."""

    module: str
    kind: Kind
    state: str
    stale: bool
    action: str
    reason: str
    reasons: list[str]
    source: str
    generated: str
    specs: list[str]
    dependencies: dict[str, str]
    dependents: dict[str, str]
    unread: dict[str, str]
    accepted: str
    diff: str | None
    advisories: list[str]
    problems: list[str]
    codes: list[str]
    governed: list[str]
    spec_at: NotRequired[str]
    code_at: NotRequired[str]


class Drifted(TypedDict):
    """A file that is not as the specs ask for."""

    module: str
    kind: Kind
    state: str
    action: str
    path: str
    error: str
    code: str


class BelowLevel(TypedDict):
    """A spec with less behind it than --min-evidence asks for."""

    spec: str
    level: str


class EvidenceOfSpec(TypedDict):
    """What stands behind the code of a spec."""

    spec: str
    level: str
    state: str
    examples: int
    properties: int
    robustness: str
    tests: list[str]
    strength: float | None
    accepted_by: str
    accepted_at: str
    written_by: str
    written_at: str
    is_recorded: bool
    looks: str


class Evidence(TypedDict):
    """What stands behind the code of the specs, the weakest first, and how many there are of each level."""

    specs: list[EvidenceOfSpec]
    levels: dict[str, int]
    output: NotRequired[str]


class Checked(TypedDict):
    """How many modules there are, what has drifted, and the specs that landed unproven.

    With --verify: what is in order as its code still passes, what passes no more, with the errors and
    their codes, and failing tests.
    """

    modules: int
    drift: list[Drifted]
    unproven: list[str]
    below: NotRequired[list[BelowLevel]]
    verified: NotRequired[list[str]]
    failed: NotRequired[dict[str, list[str]]]
    codes: NotRequired[dict[str, list[str]]]
    tests: NotRequired[list[str]]


class Behaviour(TypedDict):
    """What a build has changed of what code does, on drawn inputs: in one line, and by spec."""

    line: str
    lines: list[str]


class Change(TypedDict):
    """What a module's last build changed; `nature` tells docstrings, comments and layout from what code does."""

    module: str
    kind: Kind
    path: str
    first: bool
    reason: str
    lost: list[str]
    contract: str
    code: str
    nature: Literal["code", "docstrings", "layout", "nothing"]
    behaviour: NotRequired[Behaviour]


class Changes(TypedDict):
    """What builds changed, by module."""

    modules: list[Change]


class ProbeCost(TypedDict):
    """What further candidates would cost: the least and the most, None where it is not known."""

    candidates: int
    kept: int
    calls: int
    tokens: list[int] | None
    cost: list[float] | None
    max_cost: float | None


class Probed(Questions):
    """What a probe found: candidates that were `kept` from before, `asked` for now, and what others `failed` by."""

    module: str
    dry_run: Literal[False]
    cost: ProbeCost
    kept: int
    asked: int
    failed: list[str]
    output: NotRequired[str]


class ProbePlanned(TypedDict):
    """What a probe would cost."""

    module: str
    dry_run: Literal[True]
    cost: ProbeCost


class AcceptedModule(TypedDict):
    """Code that was taken over, or needed not be; `was` is the module's name before, if it has another one now."""

    module: str
    path: str
    accepted: bool
    accepted_by: NotRequired[str]
    accepted_at: NotRequired[str]
    was: NotRequired[str]


class Accepted(TypedDict):
    """What was taken over; the keys of a module alone are printed for one."""

    modules: list[AcceptedModule]
    module: NotRequired[str]
    accepted: NotRequired[bool]
    accepted_by: NotRequired[str]
    accepted_at: NotRequired[str]


class Left(TypedDict):
    """A function that was not adopted, and why."""

    name: str
    line: int
    reason: str


class Adopted(TypedDict):
    """The functions of a module that were adopted, or would be, and those that were left."""

    module: str
    path: str
    generated: str
    dry_run: bool
    adopted: list[str]
    left: list[Left]
    examples: dict[str, int]
    undocumented: list[str]
    kept_fresh: NotRequired[list[str]]
    findings: NotRequired[list[str]]
    warnings: NotRequired[list[str]]


class Ejected(TypedDict):
    """A module that was ejected, or would be: then its `source`."""

    module: str
    dry_run: bool
    source: NotRequired[str]
    kept_fresh: NotRequired[list[str]]


class EjectedAll(TypedDict):
    """The source roots that were written without jaunt, and the files that are other ones there."""

    into: str
    files: list[str]
    roots: list[str]
    dry_run: bool


class Cleaned(TypedDict):
    """The files that were removed, or would be, and those that were left."""

    dry_run: bool
    removed: list[str]
    left: list[str]


class Node(TypedDict):
    """A module in the graph."""

    module: str
    kind: Kind
    state: str
    needs: list[str]


class Graph(TypedDict):
    """The graph."""

    modules: list[Node]


class Timings(TypedDict):
    """The last build, job by job."""

    output: str
    began: float
    seconds: float
    jobs: list[dict[str, Any]]


class Started(TypedDict):
    """What was written to a folder, and what to do next."""

    directory: str
    package: str
    created: list[str]
    extended: list[str]
    kept: list[str]
    next: list[str]


class Finding(TypedDict):
    """What one of the doctor's checks found."""

    level: Literal["ok", "warn", "fail"]
    subject: str
    text: str
    hint: str
    code: str


class Findings(TypedDict):
    """What the doctor found."""

    checks: list[Finding]


class Message(TypedDict):
    """A message to the model."""

    role: str
    content: str


class Prompt(TypedDict):
    """What would be sent for a module."""

    module: str
    messages: list[Message]
    characters: int


class RemoteStore(TypedDict):
    """What a store beyond this machine holds; `problem` is why that can't be told."""

    url: str
    generations: int
    problem: str | None


class Stored(TypedDict):
    """What the store holds."""

    folder: str
    generations: int
    bytes: int
    remote: NotRequired[RemoteStore]


class Pruned(TypedDict):
    """How many generations were removed from the store; of one on this machine, their bytes too."""

    removed: int
    bytes: NotRequired[int]


class Synced(TypedDict):
    """How many generations were copied, and why others were not."""

    pushed: NotRequired[int]
    pulled: NotRequired[int]
    refused: dict[str, str]


class Examples(TypedDict):
    """The example projects."""

    examples: list[str]


class Copied(TypedDict):
    """An example project that was copied out."""

    example: str
    directory: str


class Script(TypedDict):
    """A shell's completion script."""

    shell: str
    script: str


class Names(TypedDict):
    """What a shell may complete a word to."""

    names: list[str]


class Page(TypedDict):
    """A page of the help."""

    topic: str
    text: str


class Pages(TypedDict):
    """The titles of pages, and the summaries of commands."""

    topics: dict[str, str]
    commands: dict[str, str]


class Hit(TypedDict):
    """A line in which a word was found."""

    topic: str
    line: str


class Hits(TypedDict):
    """Where a word was found."""

    hits: list[Hit]


class Watched(TypedDict):
    """How often it was built."""

    rounds: int


class Instructions(TypedDict):
    """What a program that writes code in a project has to know."""

    rules: list[str]
    commands: dict[str, Any]
    exit_codes: dict[str, str]
    state: dict[str, Any]


class Answer(TypedDict):
    """What a hook is answered."""

    decision: Literal["allow", "deny"]
    reason: str


FACTS: Mapping[str, tuple[type, ...]] = {
    "build": (Built, Planned),
    "test": (Tested, Merged, Planned),
    "watch": (Watched,),
    "status": (Status, ModuleStatus, Specs),
    "check": (Checked,),
    "agent": (Instructions, Answer),
    "diff": (Changes,),
    "probe": (Probed, ProbePlanned),
    "accept": (Accepted,),
    "adopt": (Adopted,),
    "eject": (Ejected, EjectedAll),
    "clean": (Cleaned,),
    "graph": (Graph,),
    "timings": (Timings,),
    "evidence": (Evidence,),
    "init": (Started,),
    "doctor": (Findings,),
    "prompt": (Prompt,),
    "store": (Stored, Pruned, Synced),
    "example": (Examples, Copied),
    "completion": (Script, Names),
    "help": (Page, Pages, Hits),
}
"""Command -> the forms of what it prints; a command that is not here has `Every` alone."""
