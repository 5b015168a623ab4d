"""What each code of `jaunt.codes` means: one page a code, which `jaunt help CODE` prints."""

from collections.abc import Mapping
from typing import NamedTuple

from jaunt import codes


class CodePage(NamedTuple):
    """A code's page: what it is about, the page of help that says more, what happened, and what to do."""

    title: str
    topic: str
    happened: str
    remedy: str


OF_SPECS: Mapping[str, CodePage] = {
    codes.SPEC: CodePage(
        "a spec can't be found, read or understood",
        "specs",
        "What is decorated can be no spec as it stands: a class as a test, tests and code in one module, a stub that "
        "its file doesn't define, folders that no import reaches.",
        "Change what stands in the line that is named; nothing was asked for and nothing was written.",
    ),
    codes.UNREADABLE_SOURCE: CodePage(
        "a source file can't be read or parsed",
        "specs",
        "The file is no Python of this interpreter's version, is not saved as UTF-8, holds git's conflict markers, or "
        "may not be read.",
        "Correct the line that is named, or the file's encoding or rights. Other modules are built meanwhile.",
    ),
    codes.SPEC_FAULT: CodePage(
        "every answer would be refused for what the spec says itself",
        "checks",
        "Each spec is read as if it were an answer, before a call is paid. A name of its signature is not defined, an "
        "example can't be parsed, a default has an effect, a package is not declared.",
        "Correct the spec where the caret points. A package belongs in the dependencies of pyproject.toml.",
    ),
    codes.HIDDEN_SPEC: CodePage(
        "a spec's name is bound twice",
        "specs",
        "Two specs of one name, or a definition, an import or an assignment that hides the spec: one of them would "
        "never run.",
        "Rename one of the two lines that are named, or remove it.",
    ),
    codes.NO_DOCSTRING: CodePage(
        "what stands for a docstring is none",
        "specs",
        "Python takes only a plain string for a docstring: an f-string, bytes or an expression is dropped, and with it "
        "the contract.",
        "Write a plain string; put the values that it names in by hand.",
    ),
    codes.KEPT_STUB: CodePage(
        "a decorator below @jaunt.magic keeps the stub",
        "decorators",
        "Decorators below jaunt's are handed the stub. One that registers it, or makes something else than a function "
        "of it, would go on with the stub after the build. So would a metaclass, or a base's `__init_subclass__`, that "
        "keeps each class.",
        "Write the decorator above @jaunt.magic: there it is handed the generated code. A class that its metaclass or "
        "base keeps is written by hand.",
    ),
    codes.METHOD_SPEC: CodePage(
        "a method can't be a spec like this",
        "specs",
        "A method spec is a stub in a class at module level that you keep: it has no body, stands in no spec, and its "
        "code needs a name of its own in the generated module.",
        "Take the body out, move the decorator to the class or away from it, or rename one of the two.",
    ),
    codes.GOVERNED: CodePage(
        "jaunt.module() can't govern this module",
        "specs",
        "jaunt.module() stands once at a module's top level, and its stubs are stubs until the import is over: a line "
        "of the module that calls one before that, derives from it or binds its name again can't work.",
        "Move that line into a function, or decorate the spec by itself.",
    ),
    codes.DECORATOR_ARGUMENTS: CodePage(
        "the decorator's arguments can't be taken",
        "specs",
        "deps=, prompt= and infer_deps= are literals or plain names, the same at each import: they are a part of the "
        "contract.",
        "Give the argument that is named as a literal, by keyword.",
    ),
    codes.NO_SUCH_SPEC: CodePage(
        "deps names what is no spec",
        "specs",
        "An entry of deps= is neither a spec of this project, nor a module of specs.",
        "Decorate it, correct its name, or leave it out: handwritten code needs no deps.",
    ),
    codes.CYCLE: CodePage(
        "specs depend on each other in a circle",
        "specs",
        "Each of them would need the others first. A line for each edge says what made it: deps=, the signature, or a "
        "word of a docstring.",
        "Reword the docstring or drop the deps of one edge; infer_deps=False leaves out what is only mentioned.",
    ),
    codes.SAME_MODULE: CodePage(
        "two files are one module",
        "workspaces",
        "Two files below the roots of one distribution have the same dotted name, so an import can only reach one.",
        "Rename or remove one of the two. Packages that have a pyproject.toml of their own, with [project], are told "
        "apart.",
    ),
    codes.UNIMPORTABLE: CodePage(
        "a spec module can't be imported",
        "sandbox",
        "Generated code imports its spec module. It was imported here, in the sandbox: without network, without your "
        "environment, and with the project read-only.",
        "Correct the line that raises, install what it needs, or open what it needs in [sandbox].",
    ),
    codes.UNCOLLECTED_SPEC: CodePage(
        "pytest would not run this test spec",
        "checks",
        "Its name or its file is none that pytest collects, no plugin runs async tests, or a parameter is no fixture.",
        "Rename it, install the plugin, write the fixture, or say in the docstring where the parameter comes from.",
    ),
    codes.UNPROVEN_SPEC: CodePage(
        "a spec has less evidence than is asked for",
        "checks",
        "By [verify] require_evidence, or check --min-evidence, each spec needs an example, a property or a test that "
        "shows its code to be right.",
        "Write an example into the docstring, a line below Properties:, or a test spec that uses it.",
    ),
    codes.PROPERTY_LINE: CodePage(
        "a line below Properties: can't be read",
        "specs",
        "A property is `given NAME: TYPE, ... [assuming CONDITION] :: EXPRESSION`, in one line.",
        "Correct the line that is named.",
    ),
    codes.EXAMPLE_LINE: CodePage(
        "the examples of a docstring can't be read",
        "specs",
        "Python's doctest can't make out what is to be run, or what is expected.",
        "Correct the docstring, or name the module in [verify] no_doctests.",
    ),
}

OF_THE_CONFIGURATION: Mapping[str, CodePage] = {
    codes.CONFIG: CodePage(
        "the configuration, or what it asks for, is wrong",
        "config",
        "A key, or an option, asks for what is not there or can't be.",
        "Do what the words in parentheses say; `jaunt doctor` looks at all of it at once.",
    ),
    codes.NO_PROJECT: CodePage(
        "there is no project here",
        "config",
        "Neither this folder nor one above it has a jaunt.toml, or a pyproject.toml with a table [tool.jaunt].",
        "Run `jaunt init`, or go to the project, or name it by --root.",
    ),
    codes.UNREADABLE_CONFIG: CodePage(
        "the configuration can't be read",
        "config",
        "The file is no TOML, is not UTF-8, or may not be read.",
        "Correct the place that is named.",
    ),
    codes.WRONG_KEY: CodePage(
        "a key is unknown, or its value wrong",
        "config",
        "Every key that jaunt knows is listed by `jaunt help config`; any other would have no effect.",
        "Correct its name, or give it a value of its sort.",
    ),
    codes.UNKNOWN_TARGET: CodePage(
        "no such module, spec or file",
        "config",
        "What was named is no spec module, no spec and no file of this project, as far as its roots reach.",
        "`jaunt status` lists the modules, `jaunt status --specs` the specs.",
    ),
    codes.COMMAND_LINE: CodePage(
        "the command line can't be taken",
        "exit-codes",
        "An option or an argument is unknown, is missing, or contradicts another one.",
        "`jaunt COMMAND --help` lists what it takes.",
    ),
    codes.PROVIDER: CodePage(
        "the model can't be asked as configured",
        "providers",
        "[llm] names no provider or none that is known, or lacks the model, the key or the program that it needs.",
        "Set what is named below [llm]. A key stands in an environment variable, never in the file.",
    ),
    codes.OUTDATED_PLAN: CodePage(
        "the plan can't be built",
        "json",
        "`build --plan FILE` builds exactly what was shown. There is no plan in the file, or since then a contract has "
        "changed, or code that was free would cost.",
        "Make the plan again: jaunt build --dry-run --json > FILE",
    ),
    codes.SANDBOX: CodePage(
        "the sandbox is not what is asked for",
        "sandbox",
        "[sandbox] asks for bwrap, or for a strict box, which this machine has not; Python can't be started in it; or "
        "the box is weaker than it could be.",
        "Install bubblewrap, or say in [sandbox] mode what will do.",
    ),
    codes.MACHINE: CodePage(
        "this machine lacks something",
        "limits",
        "Memory, threads, open files or disk space are used up, or a file can't be read: no call could succeed. It is "
        "no fault of specs or of the model's; answers that were there are kept.",
        "Free some, or raise the limit that is named, and run the command again.",
    ),
    codes.TOOL: CodePage(
        "a program or package is not installed",
        "checks",
        "A check, or a command, needs it in the same environment as jaunt.",
        "Install it as is said, or turn the check off in [verify].",
    ),
    codes.DEPENDENCIES: CodePage(
        "the declared dependencies can't be read",
        "workspaces",
        "Generated code may import what the nearest pyproject.toml declares, and that file is no TOML.",
        "Correct the file.",
    ),
    codes.STORE: CodePage(
        "the store can't be used so",
        "config",
        "Its folder is damaged, readonly, or can't be made; or no remote one is configured.",
        "Set [store] path, url or readonly as is said. What it holds is never the only copy of landed code.",
    ),
    codes.PROMPTS: CodePage(
        "a template or an instruction can't be used",
        "config",
        "[prompts] names a file that is not there, or a template without the placeholders that it needs.",
        "Correct the name, or take the built-in template up again.",
    ),
}

OF_GENERATION: Mapping[str, CodePage] = {
    codes.GENERATION: CodePage(
        "no code was generated",
        "providers",
        "The provider failed for good, after its retries.",
        "Read what it said; modules that were finished are kept, and the next build goes on from there.",
    ),
    codes.NO_CODE: CodePage(
        "the answer has no code in it",
        "providers",
        "The model answered with nothing, or was cut off before the block of code ended.",
        "Raise [llm] max_tokens, split the module, or set [build] max_specs_a_call.",
    ),
    codes.AUTHENTICATION: CodePage(
        "the provider refuses the key",
        "providers",
        "No call of this run can succeed, so no more were made.",
        "Set the variable that is named by llm.api_key_env to a key that is valid for this model.",
    ),
    codes.BUDGET: CodePage(
        "the limit of tokens or money is reached",
        "providers",
        "[build] max_tokens or max_cost was reached: no further call was made, and what was finished is kept.",
        "Raise the limit, or build the rest later.",
    ),
    codes.SAME_FAILURE: CodePage(
        "several modules failed by one cause",
        "checks",
        "After so many ([build] stop_after_same_failure) the others would fail by it too, so they were not asked for.",
        "Correct the cause that is told, then build again.",
    ),
    codes.NEEDED_FAILED: CodePage(
        "what it needs is not there",
        "checks",
        "A module that this one depends on, or uses as it is imported or in an example, failed or is not built.",
        "Look at that module's own error first; this one is then built by itself.",
    ),
    codes.NOT_OVERWRITTEN: CodePage(
        "a person's code is not overwritten",
        "merging",
        "The generated file was edited or accepted by hand, or has changed while the model was asked.",
        "`jaunt accept MODULE` keeps the code, --force replaces it, and an edit that is to stay belongs in the spec.",
    ),
    codes.PROMPT_SIZE: CodePage(
        "the prompt is too long",
        "providers",
        "Specs and what they reach take more than [llm] max_prompt_tokens, or than the model can take.",
        "Split the module, set [build] max_specs_a_call, or raise the limit.",
    ),
    codes.NO_RECORDING: CodePage(
        "there is no recorded answer",
        "providers",
        "The provider `recorded` has no answer for this contract: the spec has changed since it was recorded.",
        "Record it anew with a model: jaunt build --record DIR, or choose another provider.",
    ),
    codes.NO_CANDIDATE: CodePage(
        "no candidate passed",
        "checks",
        "Every attempt was refused by a check; the last candidate lies in .jaunt/rejected.",
        "Read what it was refused for: most often the docstring leaves something open, or an example is wrong.",
    ),
}

OF_CHECKS: Mapping[str, CodePage] = {
    codes.STATIC: CodePage(
        "the text of the code is refused",
        "checks",
        "Something in the candidate can't be taken, as its text alone tells.",
        "The next attempt is told; if it stays, look at the candidate in .jaunt/rejected.",
    ),
    codes.CONFORMANCE: CodePage(
        "the code is not what the spec declares",
        "checks",
        "A name is missing, or its signature, its bases, its decorators, fields or methods are others than the spec's.",
        "The next attempt is told. Of code that stands: the spec has moved, or the file was edited.",
    ),
    codes.STUB_BODY: CodePage(
        "the code is a stub still",
        "checks",
        "A body does nothing: `...`, pass, a TODO or raise NotImplementedError, where the docstring documents none.",
        "Say in the docstring what it does. A no-op that is meant is documented as one (`Does nothing by default.`). A "
        "hook's docstring says no more than when it is called (`Called after each row.`), or first that it may be "
        "overridden (`Override to check a row.`): its body may be empty. A method that its docstring, or its class's, "
        "leaves to subclasses (`Subclasses must implement it.`) may raise NotImplementedError, as may an abstract one.",
    ),
    codes.IMPORTS: CodePage(
        "the code imports what it may not",
        "checks",
        "Only the standard library, the project and the dependencies that its pyproject.toml declares may be imported, "
        "each by its whole name, and specs from their spec module.",
        "Declare the package, or name the module in [verify] allow_imports.",
    ),
    codes.EFFECTS: CodePage(
        "the code does something on import",
        "checks",
        "A generated module imports, defines and computes constants; it reaches nothing outside while it is imported.",
        '[verify] allow_calls names calls that are meant; effects = "warn" only tells.',
    ),
    codes.TEXT: CodePage(
        "the code has characters that deceive",
        "checks",
        "Control characters, invisible ones or letters of another script look like something else than they are.",
        "The next attempt is told; in a name of the spec, write plain letters.",
    ),
    codes.SYNTAX: CodePage(
        "the code is no Python",
        "checks",
        "The answer can't be parsed, or is prose.",
        "The next attempt is told; a model that does so often needs a larger max_tokens.",
    ),
    codes.VACUOUS: CodePage(
        "the test asserts nothing of its spec",
        "checks",
        "A generated test has no assertion, catches its own failures, compares a thing with itself, or doesn't use "
        "what its spec depends on.",
        "Say in the test spec's docstring what to assert, and of which spec.",
    ),
    codes.REPEATED_DECORATOR: CodePage(
        "the code repeats a decorator of the spec module",
        "decorators",
        "What stands above @jaunt.magic is applied by the spec module: in the generated code it would run twice.",
        "The next attempt is told.",
    ),
    codes.HANDWRITTEN_BODY: CodePage(
        "a handwritten method was changed",
        "specs",
        "A method with a body in a class spec is put into the code as it is.",
        "The next attempt is told; what the method is to do otherwise is for you to write.",
    ),
    codes.OWN_CLASS: CodePage(
        "a method's code meddles with its class",
        "specs",
        "The code of a method spec is a function: it can't say super() or make a class like yours anew.",
        "The next attempt is told what to write in its place.",
    ),
    codes.RUFF: CodePage(
        "ruff finds fault with the code",
        "linting",
        "ruff was asked with the project's settings, after its safe fixes.",
        'The next attempt is told. [verify] ruff = "warn" or "off", or ruff\'s settings, say what counts.',
    ),
    codes.TY: CodePage(
        "ty finds fault with the code",
        "checks",
        "ty was asked as if the file stood in place, with the project's settings.",
        'The next attempt is told. [verify] ty = "warn" or "off", or ty\'s settings, say what counts.',
    ),
    codes.DOCTESTS: CodePage(
        "an example fails",
        "checks",
        "The code gives something else than the docstring's example expects, or can't be imported in the sandbox.",
        "If two different answers give the same value, the example may be wrong: correct it.",
    ),
    codes.PROPERTIES: CodePage(
        "a property fails",
        "checks",
        "There is an input on which a line below Properties: does not hold; the smallest one is told.",
        "If that input is not meant, say so by `assuming`, or by the types.",
    ),
    codes.ROBUSTNESS: CodePage(
        "the code fails on an input of its types",
        "checks",
        "A call with drawn inputs ended in an error that no docstring names, in another type, or changed an argument.",
        "Name the error in the docstring, narrow the annotation, or set [verify] robustness.",
    ),
    codes.EVIDENCE: CodePage(
        "nothing shows that the code is right",
        "checks",
        "A spec landed without an example, a property or a test that uses it.",
        "Write one; [verify] require_evidence says how much that counts.",
    ),
    codes.COLLECTION: CodePage(
        "pytest can't collect or set up the tests",
        "checks",
        "A generated test module fails as it is collected, for want of a fixture say.",
        "Write the fixture in the spec's module or a conftest.py, or name it in the docstring.",
    ),
    codes.VACUITY: CodePage(
        "a test could not fail",
        "strength",
        "It was run while all that it tests raised an error, and passed all the same.",
        "Say in its docstring what is to be asserted of which spec.",
    ),
    codes.TEST_FAILED: CodePage(
        "a generated test failed",
        "checks",
        "pytest ran it on the code as it stands. A test counts only if it was collected, ran and passed.",
        "Decide which side is right. `jaunt test --repair` has the side that violates its docstring written anew.",
    ),
    codes.WEAK_TESTS: CodePage(
        "the tests notice too few changes",
        "strength",
        "Fewer mutants were noticed than test.min_strength asks for.",
        "Write what the survivors show into the test specs, or waive one with `# jaunt:equivalent`.",
    ),
}

OF_GENERATED_FILES: Mapping[str, CodePage] = {
    codes.LOOKS_AT_RUN: CodePage(
        "the code looks at who runs it",
        "checks",
        "It reads loaded modules, frames, the process or names of test tools, changes another module, or does one "
        "thing or another by the clock, the working folder, the environment, the thread, the user, the host or the "
        "terminal, and its spec says nothing of that. Such code may be right for as long as it is looked at: `jaunt "
        "evidence` counts nothing of what held for it.",
        "Read the line. If it is meant, say so in the spec, or take it over with `jaunt accept`; else build the module "
        "again with --force.",
    ),
    codes.NOT_BUILT: CodePage(
        "there is no code yet",
        "contracts",
        "The spec has no generated file, or a spec was called before there was one.",
        "Run `jaunt build`, for tests `jaunt test`; commit what is generated.",
    ),
    codes.STALE: CodePage(
        "the code is out of date",
        "contracts",
        "The contract of the module, or of one that it depends on, is another than in the file's header.",
        "Run `jaunt build`, and commit the file. `jaunt status MODULE` shows what moved.",
    ),
    codes.TO_VERIFY: CodePage(
        "the code was checked against something else",
        "contracts",
        "The contract is answered, but handwritten code or a dependency's code that it was checked against has moved.",
        "Run `jaunt build`: all checks run again, without a call, and what passes stays.",
    ),
    codes.CONFLICT: CodePage(
        "git has left conflict markers",
        "merging",
        "Two branches have both generated this file.",
        "Merge the spec module by hand, leave this file as it is, and run `jaunt build`.",
    ),
    codes.EDITED: CodePage(
        "the generated file was edited by hand",
        "merging",
        "The code is not what was written: somebody changed it, or the header is gone.",
        "`jaunt accept MODULE` takes the code over if it passes all checks; --force generates it anew.",
    ),
    codes.ACCEPTED: CodePage(
        "code that a person accepted no longer answers its contract",
        "merging",
        "Nobody but a person replaces accepted code, and its contract has moved.",
        "`jaunt accept --unchanged MODULE` keeps it if it still passes, --force generates it anew.",
    ),
    codes.ORPHANED: CodePage(
        "the spec module of a generated file is gone",
        "merging",
        "It was removed, renamed or moved, or has no spec any more.",
        "`jaunt clean --orphans` removes the file; after a rename, `jaunt accept` finds the code by its specs.",
    ),
    codes.DAMAGED: CodePage(
        "the generated file can't be read",
        "merging",
        "Its code doesn't parse any more, or it may not be read.",
        "Make it readable, or build it anew with --force.",
    ),
    codes.REWORDED: CodePage(
        "the spec was reworded",
        "contracts",
        'No more than the words of a docstring moved: with [build] reworded = "ask" a model is asked whether the code '
        "may stay.",
        "Run `jaunt build`.",
    ),
}

OF_COMMANDS: Mapping[str, CodePage] = {
    codes.REFUSED: CodePage(
        "the command was not carried out",
        "exit-codes",
        "What it would act on is not in the state for it; nothing was changed.",
        "Do what the words in parentheses say.",
    ),
    codes.NOT_ADOPTED: CodePage(
        "code can't be adopted",
        "adopting",
        "There is no such function, it is a spec already, or something in it would not be the same in another module: "
        "a closure, a global that is assigned, a name that is bound only some of the time.",
        "Leave it by hand, or take what is named out of it; the rest of the module is adopted without it.",
    ),
    codes.NOT_EJECTED: CodePage(
        "code can't be ejected",
        "packaging",
        "The module is not fresh, or code and spec module bind one name to two things.",
        "Build it first, or move the code by hand; nothing was changed.",
    ),
    codes.NOT_ACCEPTED: CodePage(
        "code can't be accepted",
        "merging",
        "It does not pass the checks, or there is nothing to accept.",
        "Correct the code, then accept it.",
    ),
    codes.DIRTY_TREE: CodePage(
        "the git tree is dirty",
        "adopting",
        "A command that edits your files wants to be undone by git alone.",
        "Commit or stash, or give --force.",
    ),
    codes.WRITE: CodePage(
        "a file can't be written",
        "limits",
        "The disk is full, the folder is not writable, or the path leads out of where jaunt writes.",
        "Make room or make it writable; code that passed is in the store and is not paid for again.",
    ),
}

OF_THE_DOCTOR: Mapping[str, CodePage] = {
    codes.PYTHON: CodePage(
        "this Python is too old",
        "limits",
        "jaunt's package asks for another version of Python.",
        "Use one that is named, in a new environment.",
    ),
    codes.PACKAGES: CodePage(
        "a package that builds need is missing",
        "packaging",
        "jaunt was installed without its dependencies, as production does, or with other releases of them.",
        "Install it from its folder, without --no-deps.",
    ),
    codes.FOLDERS: CodePage(
        "a folder of [paths] is missing",
        "config",
        "There can be no spec in it.",
        "Make the folder, or correct [paths].",
    ),
    codes.LEFTOVERS: CodePage(
        "there are files of builds that were killed",
        "limits",
        "They were being written; no code refers to them.",
        "The next build that has something to do removes them.",
    ),
    codes.LOCK: CodePage(
        "the store's folder has no locks",
        "config",
        "Builds at the same time can't wait for each other, and pay for the same modules.",
        "Let [store] path name a folder on a local disk.",
    ),
    codes.SERVER: CodePage(
        "the model's server does not answer",
        "providers",
        "No connection to base_url could be made; nothing was sent.",
        "Start the server, or correct [llm] base_url.",
    ),
    codes.CLUSTER: CodePage(
        "the cluster, or a worker of it, is not used",
        "cluster",
        "A worker counts only where its Python, its packages and its sandbox are those of this machine.",
        "Make it alike; what no worker can do is done here.",
    ),
    codes.NO_SPECS: CodePage(
        "there are no specs",
        "specs",
        "Nothing below the roots is decorated with jaunt.magic or jaunt.test.",
        "Decorate a stub, adopt a function, or correct paths.source_roots.",
    ),
    codes.UNSEEN_SPECS: CodePage(
        "something looks like a spec and is none",
        "specs",
        "A decorator is misspelt or not imported, a file's name can't be imported, or a module hides the standard "
        "library.",
        "Correct the line that is named.",
    ),
    codes.HYPOTHESIS: CodePage(
        "Hypothesis is not installed",
        "checks",
        "Specs have properties, which it draws the inputs for.",
        "pip install 'jaunt[properties]' from jaunt's folder, or set [verify] properties = \"off\".",
    ),
    codes.UNKNOWN_NAME: CodePage(
        "a docstring names what the module doesn't know",
        "linting",
        "A name in backticks looks like code, and nothing in the module binds it: the model can't be shown it.",
        "Import it, or correct the name.",
    ),
    codes.LINTER: CodePage(
        "ruff check --fix would take something from a spec",
        "linting",
        "An import that only a docstring uses, or the `...` below it, looks needless to a linter.",
        "Set unfixable and ignore as is said; `jaunt init` writes them.",
    ),
    codes.IGNORED: CodePage(
        "git ignores generated code",
        "contracts",
        "What is not committed has to be paid for again in every clone.",
        "Take the line out of .gitignore, and commit the code.",
    ),
}

PAGES: Mapping[str, CodePage] = {
    **OF_SPECS,
    **OF_THE_CONFIGURATION,
    **OF_GENERATION,
    **OF_CHECKS,
    **OF_GENERATED_FILES,
    **OF_COMMANDS,
    **OF_THE_DOCTOR,
}
"""All of them, in the order of their numbers."""
