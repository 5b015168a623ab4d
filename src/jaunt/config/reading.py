"""How the configuration is found and read: from a file's tables to the dataclasses of `schema.py`."""

import json
import os
import tomllib
from dataclasses import Field, fields, replace
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from jaunt import codes
from jaunt.config.globs import folders_of
from jaunt.config.instructions import FILE_HINT, instruction_keys, is_file_name, is_root
from jaunt.config.key import keys_of, others_of
from jaunt.config.schema import JauntConfig
from jaunt.errors import JauntConfigError
from jaunt.files.plain import read_plain
from jaunt.text.nearest import did_you_mean


def find_project_root(start: Path | str) -> Path:
    """Return the nearest folder, from `start` upward, that has a configuration; absolute, symlinks resolved.

    A configuration is a `jaunt.toml`, or a `pyproject.toml` with a `[tool.jaunt]` table.
    Raises JauntConfigError if there is none, or if a `pyproject.toml` on the way cannot be read.
    """
    folder = Path(start).resolve()
    for candidate in (folder, *folder.parents):
        if _config_file_in(candidate):
            return candidate
    raise JauntConfigError(f"no jaunt project in {folder} or above it", hint=_HOW_TO_START, code=codes.NO_PROJECT)


def load_config(*, root: Path | str | None = None, config_path: Path | str | None = None) -> JauntConfig:
    """Read and check the configuration of a project.

    `root` is the project's folder, `config_path` a `pyproject.toml` or a file in the form of `jaunt.toml`.
    Without `config_path`, the file is the one in `root`; without `root`, the root is the file's folder;
    without either, the project is looked for from the working directory upward.
    Raises JauntConfigError, naming the file and every key that is wrong.
    """
    if config_path is not None:
        file = Path(config_path).absolute()
        return _load(file, file.parent.resolve() if root is None else Path(root).resolve())
    folder = find_project_root(Path()) if root is None else Path(root).resolve()
    found = _config_file_in(folder)
    if found is None:
        raise JauntConfigError(f"no jaunt configuration in {folder}", hint=_HOW_TO_START, code=codes.NO_PROJECT)
    return _load(found, folder)


_HOW_TO_START = (
    "run `jaunt init` at the project's root, or add a jaunt.toml, which may be empty, or a [tool.jaunt] table "
    "to pyproject.toml"
)


def _config_file_in(folder: Path) -> Path | None:
    own, shared = folder / "jaunt.toml", folder / "pyproject.toml"
    if own.is_file():
        return own
    return shared if shared.is_file() and _jaunt_table(_parse(shared)) is not None else None


def _load(file: Path, root: Path) -> JauntConfig:
    table, key = _parse(file), ""
    if file.name == "pyproject.toml":
        table, key = _jaunt_table(table), "tool.jaunt"
        if table is None:
            raise JauntConfigError(f"{_shown(file)}: no [tool.jaunt] table", hint=_HOW_TO_START, code=codes.NO_PROJECT)
    read, problems = read_section(JauntConfig, table, key)
    _raise_if_any(problems, file)
    config = replace(read, root=root, config_file=file)
    if "source_roots" not in table.get("paths", {}):
        config = replace(config, paths=replace(config.paths, source_roots=_default_source_roots(root)))
    config, problems = _with_folders(config, key)
    _raise_if_any(problems, file)
    _raise_if_any([*_wrong_roots(config, key), *_missing_prompts(config, key), *_wrong_instructions(config, key)], file)
    return config


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_plain(file).decode("utf-8-sig"))
    except OSError as error:
        raise JauntConfigError(
            f"{_shown(file)}: cannot be read: {error.strerror}", code=codes.UNREADABLE_CONFIG
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise JauntConfigError(
            f"{_shown(file)}: line {line}: not UTF-8", hint="save it as UTF-8", code=codes.UNREADABLE_CONFIG
        ) from error
    except (ValueError, RecursionError) as error:  # besides TOMLDecodeError: numbers or nesting beyond limits
        raise JauntConfigError(f"{_shown(file)}: not valid TOML: {error}", code=codes.UNREADABLE_CONFIG) from error


def _jaunt_table(pyproject: dict[str, Any]) -> Any:
    tool = pyproject.get("tool")
    return tool.get("jaunt") if isinstance(tool, dict) else None


def _shown(file: Path) -> str:
    try:
        return str(file.relative_to(Path.cwd()))
    except (ValueError, OSError):  # not below the working directory, or that is gone
        return str(file)


class Problem(NamedTuple):
    """What is wrong with a key, and what to do about it."""

    key: str
    what: str
    hint: str | None = None


def _raise_if_any(problems: list[Problem], file: Path) -> None:
    """Raise one error for all `problems`; where there are several, each hint names its key."""
    if not problems:
        return
    message = "; ".join(f"{problem.key}: {problem.what}" for problem in problems)
    hints = [f"{p.key}: {p.hint}" if len(problems) > 1 else p.hint for p in problems if p.hint]
    raise JauntConfigError(f"{_shown(file)}: {message}", hint="; ".join(hints) or None, code=codes.WRONG_KEY)


def read_section(section: type[Any], table: Any, key: str) -> tuple[Any, list[Problem]]:
    """Return `section` made of a TOML table, and what is wrong with that; where anything is, the result is void."""
    if not isinstance(table, dict):
        return section(), [Problem(key, f"expected a table, got {_toml(table)}", f"write it as [{key}]")]
    annotations = get_type_hints(section)
    known = {each.name: each for each in keys_of(section)}
    read = {
        name: _read_value(each, annotations[name], table[name], _under(key, name))
        for name, each in known.items()
        if name in table
    }
    problems = [problem for _, found in read.values() for problem in found]
    values = {name: value for name, (value, _) in read.items()}
    others = {name: value for name, value in table.items() if name not in known}
    if field := others_of(section):
        values[field] = others
    else:
        problems += [_unknown(_under(key, name), name, value, list(known)) for name, value in others.items()]
    return section(**values), problems


def _read_value(spec: Field[Any], wanted: Any, value: Any, key: str) -> tuple[Any, list[Problem]]:
    """Return a value of the type `wanted`, made of a TOML value, and what is wrong with that."""
    if "section" in spec.metadata:
        return read_section(spec.metadata["section"], value, key)
    if spec.metadata["or_one"] and isinstance(value, str):
        value = [value]
    wanted = without_none(wanted)
    if not _fits(value, wanted):
        return value, [Problem(key, f"expected {TYPE_NAMES[wanted]}, got {_toml(value)}")]
    wrong = spec.metadata["wrong"](value)
    return value, [Problem(key, wrong)] if wrong else []


TYPE_NAMES: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a string",
    list[str]: "a list of strings",
    dict[str, Any]: "a table",
    bool | str: "true, false or a string",
}


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, UnionType):
        return any(_fits(value, each) for each in get_args(wanted))
    if wanted is float:
        return type(value) in (int, float)
    if get_origin(wanted) is list:
        return isinstance(value, list) and all(_fits(item, *get_args(wanted)) for item in value)
    return type(value) is (get_origin(wanted) or wanted)  # not isinstance: to Python, true is an int


def without_none(annotation: Any) -> Any:
    """Return the `X` of `X | None`: TOML has no null, so a file either gives an `X` or leaves the key out."""
    found = [each for each in get_args(annotation) if each is not NoneType]
    return found[0] if isinstance(annotation, UnionType) and len(found) == 1 else annotation


def _unknown(key: str, name: str, value: object, known: list[str]) -> Problem:
    hint = did_you_mean(name, known, otherwise=f"there are: {', '.join(known)}")
    return Problem(key, "unknown section" if isinstance(value, dict) else "unknown key", hint)


def _under(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _toml(value: object) -> str:
    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except RecursionError:
        return "a deeply nested table"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _default_source_roots(root: Path) -> list[str]:
    return ["src"] if (root / "src").is_dir() else ["."]


def _with_folders(config: JauntConfig, key: str) -> tuple[JauntConfig, list[Problem]]:
    """Return a configuration with the folders that its roots stand for, and which patterns stand for none."""
    problems, folders = [], {}
    for name in ("source_roots", "test_roots"):
        found: dict[str, None] = {}
        for root in getattr(config.paths, name):
            wrong = "matches no folder"
            try:
                matched = folders_of(root, config.root)
            except ValueError as error:
                matched, wrong = [], f"is no pattern of folders in the project: {error}"
            found |= dict.fromkeys(matched)
            if not matched:
                problems.append(Problem(_under(_under(key, "paths"), name), f"{_toml(root)} {wrong}"))
        folders[name] = [*found]
    return replace(config, paths=replace(config.paths, **folders)), problems


def _wrong_roots(config: JauntConfig, key: str) -> list[Problem]:
    key, root = _under(key, "paths"), config.root
    problems = [
        Problem(_under(key, name), f"{_toml(folder)} is outside of the project {root}")
        for name in ("source_roots", "test_roots")
        for folder in getattr(config.paths, name)
        if not _is_inside(root / folder, root)
    ]
    sources = config.paths.source_roots
    if not any((root / folder).is_dir() for folder in sources):
        what = f"none of these folders is in {root}: {_toml(sources)}"
        problems.append(Problem(_under(key, "source_roots"), what, "name the folders that hold your code"))
    return problems


def _is_inside(folder: Path, root: Path) -> bool:
    try:
        return Path(os.path.realpath(folder)).is_relative_to(root)  # unlike resolve(), it takes symlink loops
    except ValueError:  # a null character
        return False


def _missing_prompts(config: JauntConfig, key: str) -> list[Problem]:
    chosen = {each.name: getattr(config.prompts, each.name) for each in fields(config.prompts)}
    return [
        Problem(_under(_under(key, "prompts"), name), f"no such file: {config.root / file}")
        for name, file in chosen.items()
        if isinstance(file, str) and file and not (config.root / file).is_file()
    ]


def _wrong_instructions(config: JauntConfig, key: str) -> list[Problem]:
    if not (config.prompts.instructions or config.prompts.instructions_for):
        return []
    key, found = _under(key, "prompts"), []
    for name in config.prompts.instructions_for:
        if "/" in name and not is_root(config, name):
            what = f"{_toml(name)} is none of the project's roots, and no pattern of modules"
            hint = f"the roots are: {', '.join([*config.paths.source_roots, *config.paths.test_roots])}"
            found.append(Problem(f"{key}.instructions_for", what, hint))
    return found + [
        Problem(f"{key}.{name}", f"no such file: {config.root / each.strip()}", FILE_HINT)
        for name, entries in instruction_keys(config)
        for each in entries
        if is_file_name(each) and not (config.root / each.strip()).is_file()
    ]
