"""The provider `command`: any program, the prompt on its standard input, the answer on its output."""

import errno
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from jaunt import codes
from jaunt.config import JauntConfig, LLMConfig
from jaunt.errors import JauntConfigError
from jaunt.generate.model import Answer, ModelBackend, Request
from jaunt.generate.prompt import Templates
from jaunt.generate.providers.printed import Printed, Reader, estimate_usage, read_claude, read_codex
from jaunt.generate.providers.program import OUTPUT_LIMIT, plain_text, run_program, scrubbed_environment
from jaunt.generate.providers.provider import Usable
from jaunt.generate.providers.sdk import read_key
from jaunt.generate.transport import Fault, Policy, Transport
from jaunt.process.frozen import frozen
from jaunt.text.lines import last_line
from jaunt.text.sizes import MB

KEY_VARIABLE = ""

SETTINGS = """\
provider = "command" # a program that reads the prompt and prints the answer
command = "claude" # or "codex", "llm", "ollama", or a list: a program of your own and its arguments
"""

FOLDER_HINT = "it runs in an empty folder; in [llm] command, {root} stands for the project's"

_START_HINTS = {
    errno.ENOEXEC: 'begin it with the line #!/bin/sh, or name what runs it: ["sh", "{root}/model.sh"]',
    errno.ENOENT: "correct the program that its first line, #!, names",
}


@frozen
class Preset:
    """A known program.

    `with_model` are the arguments that follow `arguments` if a model is configured; `source` says where to get the
    program; `read` reads what it prints.
    """

    arguments: tuple[str, ...]
    with_model: tuple[str, ...]
    source: str
    needs_model: bool = False
    read: Reader = Printed


PRESETS = {
    "claude": Preset(
        ("claude", "--print", "--output-format", "json"),
        ("--model", "{model}"),
        "npm install -g @anthropic-ai/claude-code",
        read=read_claude,
    ),
    "codex": Preset(
        ("codex", "exec", "--skip-git-repo-check", "--sandbox", "read-only", "--json", "-"),
        ("--model", "{model}"),
        "npm install -g @openai/codex",
        read=read_codex,
    ),
    "llm": Preset(("llm", "prompt", "--no-stream"), ("--model", "{model}"), "pip install llm"),
    "ollama": Preset(("ollama", "run"), ("{model}",), "https://ollama.com/download", needs_model=True),
}
"""What `command = "NAME"` in [llm] stands for."""


class CommandBackend(ModelBackend):
    """Runs the program once a request; raises JauntConfigError if it can't be used as configured."""

    files_a_call = 4  # three pipes and what tells of its end

    def __init__(
        self, llm: LLMConfig, root: Path, templates: Templates | None = None, *, policy: Policy | None = None
    ) -> None:
        self.key_variable = llm.api_key_env
        self._relative_files = partial(_relative_files, llm.command[1:], root)
        secrets = [read_key(llm, llm.api_key_env)] if llm.api_key_env else []
        secrets += [os.environ[name] for name in llm.pass_env if name in os.environ]
        super().__init__(templates, secrets=secrets)
        self._arguments = command_line(llm, root)
        preset = _preset(llm)
        self._read = preset.read if preset else Printed
        self._environment = scrubbed_environment([llm.api_key_env, *llm.pass_env])
        self._transport = Transport(
            Path(self._arguments[0]).name, policy or Policy(timeout=llm.timeout), secrets=secrets
        )

    async def complete(self, request: Request) -> Answer:
        """Give the program all messages as one text; the tokens are estimated if it doesn't print them."""
        prompt = "\n\n".join(message.content for message in request.messages)
        return await self._transport.send(lambda: self._run(prompt))

    def warnings(self) -> list[tuple[str, str]]:
        """Return what is likely to be wrong: a file that the program will not find."""
        text = "{} is not in the empty folder that the command runs in"
        return [(text.format(name), FOLDER_HINT) for name in self._relative_files()]

    async def _run(self, prompt: str) -> Answer:
        try:
            ran = await run_program(self._arguments, prompt, env=self._environment)
            printed, errors = self._read(plain_text(ran.output)), ran.errors.decode("utf-8", "replace")
        except OSError as error:
            raise Fault(f"cannot be started: {error.strerror}", hint=_START_HINTS.get(error.errno or 0)) from None
        except UnicodeDecodeError:
            raise Fault("the answer is not UTF-8") from None
        if ran.code is None:
            raise Fault(f"the answer is longer than {OUTPUT_LIMIT // MB} MB")
        if ran.code:
            problem = _last_line(printed.problem) or _last_line(errors)
            raise Fault(": ".join(filter(None, [_ending(ran.code), problem])), hint=FOLDER_HINT)
        if problem := _last_line(printed.problem):
            raise Fault(problem)
        return Answer(printed.text, usage=printed.usage or estimate_usage(prompt, printed.text))


def command_line(llm: LLMConfig, root: Path) -> Sequence[str]:
    """Return the program's path and its arguments, `{model}` and `{root}` in them filled in.

    A program given by a relative path is looked for from `root`, one given by its name on PATH.
    Raises JauntConfigError, naming what is missing.
    """
    preset = _preset(llm)
    if not llm.command or not llm.command[0]:
        raise JauntConfigError(
            "llm.command: the provider command needs a program",
            hint=f"a list of its arguments, or one of: {', '.join(PRESETS)}",
            code=codes.PROVIDER,
        )
    if preset and preset.needs_model and not llm.model:
        raise JauntConfigError(
            f"llm.model: {llm.command[0]} needs it", hint='in [llm]: model = "..."', code=codes.PROVIDER
        )
    if any("\0" in each for each in (*llm.command, llm.model)):
        raise JauntConfigError(
            "llm.command: holds a NUL character", hint="no program can be given one: take it out", code=codes.PROVIDER
        )
    arguments = list(llm.command)
    if preset:
        arguments = [*preset.arguments, *(preset.with_model if llm.model else ())]
    filled = [each.replace("{model}", llm.model).replace("{root}", str(root)) for each in arguments]
    program = str(root / filled[0]) if os.sep in filled[0] else filled[0]
    found = shutil.which(program)
    if found is None and shutil.which(program, mode=os.F_OK):
        raise JauntConfigError(
            f"llm.command: {program} is not executable", hint=f"chmod +x {program}", code=codes.PROVIDER
        )
    if found is None:
        where = "" if os.sep in program else " on PATH"
        hint = (
            f"install it: {preset.source}"
            if preset
            else _as_list(llm.command) or "correct [llm] command, or install it"
        )
        raise JauntConfigError(f"llm.command: there is no program {program}{where}", hint=hint, code=codes.PROVIDER)
    return [str(Path(found).absolute()), *filled[1:]]


def _as_list(command: Sequence[str]) -> str:
    """Return what to write for a program and its arguments that stand in one string; "" if they don't."""
    words = command[0].split()
    return f"write a list: command = {json.dumps(words)}" if len(command) == 1 and len(words) > 1 else ""


def _relative_files(arguments: Sequence[str], root: Path) -> Iterator[str]:
    """Yield the arguments that name files of the project by relative paths, which its empty folder doesn't have."""
    for each in arguments:
        with suppress(OSError):  # a script in one argument may be longer than any path
            if not Path(each).is_absolute() and (root / each).is_file():
                yield each


def _preset(llm: LLMConfig) -> Preset | None:
    return PRESETS.get(llm.command[0]) if len(llm.command) == 1 else None


def _ending(code: int) -> str:
    return f"it ended with exit code {code}" if code > 0 else f"it was ended by signal {-code}"


def _last_line(text: str) -> str:
    return last_line(plain_text(text.encode()))


def make_backend(config: JauntConfig, templates: Templates) -> ModelBackend:
    """Return the backend; raises JauntConfigError if there is no such program."""
    return CommandBackend(config.llm, config.root, templates)


def usable() -> Iterator[Usable]:
    """Yield the presets whose program is on PATH."""
    for name, preset in PRESETS.items():
        if shutil.which(preset.arguments[0]):
            yield Usable(f'provider = "command", command = "{name}"', f"{name} is on PATH")
