"""What a project asks of its generated code besides the specs: texts, and files that hold some."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from jaunt import codes
from jaunt.config.globs import names_module
from jaunt.config.schema import JauntConfig
from jaunt.errors import JauntConfigError

FILE_ENDINGS = (".md", ".txt", ".rst")
FILE_HINT = "an instruction of one word, or one that ends with .md, .txt or .rst, is the name of a file"


def is_file_name(entry: str) -> bool:
    """Return whether an instruction names a file: it is one word, or a line that ends like the name of a text file."""
    line = entry.strip()
    return len(line.split()) == 1 or ("\n" not in line and line.lower().endswith(FILE_ENDINGS))


def instruction_keys(config: JauntConfig) -> Iterator[tuple[str, list[str]]]:
    """Yield the keys below `prompts` that hold instructions, as they would be written, with their entries."""
    yield "instructions", config.prompts.instructions
    for name, found in config.prompts.instructions_for.items():
        yield f'instructions_for."{name}"', [found] if isinstance(found, str) else found


def is_root(config: JauntConfig, name: str) -> bool:
    """Return whether a key of `prompts.instructions_for` is one of the project's roots, and no pattern of modules."""
    roots = {Path(root) for root in (*config.paths.source_roots, *config.paths.test_roots)}
    return Path(name) in roots


def instructions_for(config: JauntConfig, module: str, path: Path) -> tuple[str, ...]:
    """Return the texts of the instructions for the spec module that stands at `path`, each once.

    Raises JauntConfigError for a file that can't be read.
    """
    found = [*_texts(config, "instructions", config.prompts.instructions)]
    for (key, entries), name in zip([*instruction_keys(config)][1:], config.prompts.instructions_for, strict=True):
        is_meant = path.is_relative_to(config.root / name) if is_root(config, name) else names_module(name, module)
        if is_meant:
            found += _texts(config, key, entries)
    return tuple(dict.fromkeys(text for text in found if text))


def idle_patterns(config: JauntConfig, modules: Collection[str]) -> list[str]:
    """Return a warning for each pattern of `prompts.instructions_for` that matches none of the spec modules."""
    patterns = [name for name in config.prompts.instructions_for if not is_root(config, name)]
    return [
        f"{config.config_file}: prompts.instructions_for: {name!r} matches no spec module, so no prompt has "
        "what it says (`jaunt status` lists the modules)"
        for name in patterns
        if modules and not any(names_module(name, module) for module in modules)
    ]


def _texts(config: JauntConfig, key: str, entries: list[str]) -> Iterator[str]:
    for entry in entries:
        if not is_file_name(entry):
            yield entry.strip()
            continue
        try:
            yield (config.root / entry.strip()).read_text(encoding="utf-8-sig").strip()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise JauntConfigError(
                f"prompts.{key}: {config.root / entry.strip()}: cannot be read: {reason}",
                hint=FILE_HINT,
                code=codes.PROMPTS,
            ) from error


def with_instructions(config: JauntConfig, entries: Sequence[str]) -> JauntConfig:
    """Return a configuration with further instructions, as the option `--instruction` gives them.

    Raises JauntConfigError for a blank one, and for one that names a file which is not there.
    """
    if not entries:
        return config
    for entry in entries:
        if not entry.strip():
            raise JauntConfigError("--instruction: there is no text in it", code=codes.PROMPTS)
        if is_file_name(entry) and not (config.root / entry.strip()).is_file():
            raise JauntConfigError(
                f"--instruction: no such file: {config.root / entry.strip()}", hint=FILE_HINT, code=codes.PROMPTS
            )
    prompts = replace(config.prompts, instructions=[*config.prompts.instructions, *entries])
    return replace(config, prompts=prompts)
