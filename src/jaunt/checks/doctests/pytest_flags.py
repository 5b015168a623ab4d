"""The option flags of doctest that a project sets for pytest: its examples pass here as they do there.

pytest looks, from the project's folder upward, for the first file that holds settings of its own; the names of these
files and of their tables are in its reference, under "Configuration file formats".
"""

import configparser
import shlex
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

_OPTION = "doctest_optionflags"
_DEFAULT = ("ELLIPSIS",)
_FILES = (
    *("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"),
    *("pyproject.toml", "tox.ini", "setup.cfg"),
)
_OVERRIDES = ("-o", "--override-ini")


def flags_of(folder: Path, arguments: Sequence[str] = ()) -> list[str]:
    """Return the names of the flags that pytest's settings for a folder name, each once; else pytest's default.

    `arguments` are further ones for pytest: there, and in `addopts`, `-o doctest_optionflags=...` replaces the
    settings. A file that can't be read has none: pytest itself will say so.
    """
    settings = next((found for each in (folder, *folder.parents) if (found := _settings_in(each)) is not None), {})
    value = settings.get(_OPTION, _DEFAULT)
    for name, given in _overridden([*_words(settings.get("addopts", ())), *arguments]):
        value = given if name == _OPTION else value
    return list(dict.fromkeys(_words(value)))


def _settings_in(folder: Path) -> Mapping[str, Any] | None:
    """Return the settings in the first file of a folder that has any."""
    for name in _FILES:
        try:
            text = (folder / name).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        try:
            found = _toml_settings(name, text) if name.endswith(".toml") else _ini_settings(name, text)
        except (tomllib.TOMLDecodeError, configparser.Error):
            continue
        if found is not None:
            return found
    return None


def _toml_settings(name: str, text: str) -> Mapping[str, Any] | None:
    """Return pytest's table in a TOML file; a file that is named for pytest counts also without it."""
    content = tomllib.loads(text)
    if name != "pyproject.toml":
        return _table(content, "pytest") or {}
    table = _table(content, "tool", "pytest")
    return _table(table or {}, "ini_options") or table or None


def _table(content: Mapping[str, Any], *names: str) -> Mapping[str, Any] | None:
    found: Any = content
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _ini_settings(name: str, text: str) -> Mapping[str, str] | None:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.read_string(text)
    section = "tool:pytest" if name == "setup.cfg" else "pytest"
    if parser.has_section(section):
        return {key: value or "" for key, value in parser.items(section)}
    return {} if name.endswith("pytest.ini") else None


def _words(value: object) -> list[str]:
    """Return the words of a setting, which is a list or a text; those of a text may be quoted."""
    if isinstance(value, str):
        try:
            return shlex.split(value, comments=True)
        except ValueError:  # a quotation without an end
            return value.split()
    return [str(each) for each in value] if isinstance(value, Iterable) else []


def _overridden(arguments: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Yield the settings that arguments of pytest replace: name, and value."""
    for index, argument in enumerate(arguments):
        following = arguments[index + 1] if index + 1 < len(arguments) else ""
        given = following if argument in _OVERRIDES else argument.removeprefix("--override-ini=")
        if argument.startswith("-o") and argument not in _OVERRIDES:
            given = argument.removeprefix("-o")
        name, is_one, value = given.partition("=")
        if is_one and given != argument:
            yield name.strip(), value
