"""Files for programs that write code: what holds in generated folders, and where the instructions are."""

from collections.abc import Iterator
from pathlib import Path

from jaunt.commands.init.starter import Started
from jaunt.config import load_config
from jaunt.config.roots import search_roots
from jaunt.errors import JauntConfigError, JauntWriteError
from jaunt.files.atomic import write_atomic
from jaunt.plan.orphans import generated_folders

FILE = "AGENTS.md"

_MARK = "<!-- jaunt -->"
STANZA = f"""\
{_MARK}
## Specs

Functions and classes below `@jaunt.magic`, and tests below `@jaunt.test`, are specs: stubs whose code a model writes.
Run `jaunt agent instructions` before you work on them: it prints the rules, the commands and the state of this project.
Never edit what is in {{generated_dir}} folders: change the spec, then run `jaunt build`.
"""

IN_GENERATED = """\
# Generated code

Each file here is generated from the spec module of its name, beside this folder. Never edit, create or delete one:
change the spec, then run `jaunt build` (of a test: `jaunt test`). `jaunt agent instructions` says more.
"""


def write_for_agents(started: Started) -> None:
    """Write AGENTS.md into each generated folder that has none, and a stanza to the end of the project's own.

    What was done is noted in `started`. Raises JauntConfigError if a file can't be written.
    """
    root = started.root
    config = load_config(root=root)
    stanza = STANZA.format(generated_dir=config.paths.generated_dir)
    own = root / FILE
    try:
        old = own.read_text(encoding="utf-8") if own.exists() else ""
        if _MARK in old:
            started.kept[FILE] = "it has a stanza on jaunt"
        else:
            write_atomic(own, f"{old.rstrip()}\n\n{stanza}" if old.strip() else stanza, within=root)
            (started.extended if old else started.created).append(FILE)
        for path in _missing(root):
            write_atomic(path, IN_GENERATED, within=root)
            started.created.append(path.relative_to(root).as_posix())
    except JauntWriteError as error:
        raise JauntConfigError(str(error), hint=error.hint) from error
    except (OSError, ValueError) as error:
        raise JauntConfigError(f"{own}: {error}", hint="make it a file that can be read, in UTF-8") from error


def _missing(root: Path) -> Iterator[Path]:
    config = load_config(root=root)
    name = config.paths.generated_dir
    folders = {folder for each in search_roots(config) for folder in generated_folders(each, name)}
    yield from (folder / FILE for folder in sorted(folders) if folder.is_dir() and not (folder / FILE).exists())
