"""How a generated file is written, with its header, and removed."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jaunt import __version__
from jaunt.errors import JauntWriteError
from jaunt.files.atomic import ensure_packages, require_writable, write_atomic
from jaunt.header import PYTHON, body_digest, format_header
from jaunt.plan.module_work import ModuleWork
from jaunt.syntax.body import is_edited
from jaunt.syntax.syntax_digest import syntax_digest


def write_module(
    path: Path, source: str, header_fields: Mapping[str, Any], *, within: Path, packages_below: Path | None
) -> Path:
    """Write a generated module, header first, and the `__init__.py` files below `packages_below` on the way to it.

    Raises JauntWriteError if the file can't be written, or lies outside `within`.
    """
    text = f"{format_header(**header_fields)}\n{source.rstrip()}\n"
    if packages_below is not None:
        ensure_packages(path.parent, within=within, below=packages_below)
    return write_atomic(path, text, within=within)


def write_code(
    work: ModuleWork, source: str, *, before: Mapping[str, Any] | None = None, is_new: bool = True, **further: str
) -> Path:
    """Write a module's code under a header that says that it answers today's contract, and return its file.

    `before` are the fields of the header that it had, which stay as far as they are not answered anew; `is_new` is
    False for code that stays as it was, so that what is said of it stays as well. `further` are fields besides.
    Raises JauntWriteError if the file can't be written, or lies outside of the folder that its name starts from.
    """
    of_code = (
        {"body_digest": body_digest(source), "syntax_digest": syntax_digest(source), "python": PYTHON} if is_new else {}
    )
    against = {"checked_against": work.checked_against(source) or None}
    fields = {"tool_version": __version__, **(before or {}), **work.fingerprint.header_fields(), **of_code, **further}
    return write_module(work.path, source, {**fields, **against}, within=work.root, packages_below=work.packages_below)


def remove_module(path: Path, *, generated_dir: str, within: Path, force: bool = False) -> str | None:
    """Remove a generated file, and the generated folders that it leaves empty; return why it was left, or None.

    A file that jaunt did not write, or that a person edited, stays unless `force` says otherwise; one that a symlink
    puts outside `within` stays in any case.
    """
    try:
        require_writable(path, within=within)
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, JauntWriteError) as error:
        return f"{path} was left: {error}"
    if not force and is_edited(text):
        return f"{path} was left: it was edited by hand"
    path.unlink()
    for folder in path.parents:
        if generated_dir not in folder.relative_to(within).parts or not _is_bare_package(folder):
            break
        shutil.rmtree(folder)
    return None


def _is_bare_package(folder: Path) -> bool:
    """Whether a generated folder holds no more than its empty `__init__.py` and bytecode."""
    rest = [entry for entry in folder.iterdir() if entry.name != "__pycache__"]
    return all(e.name == "__init__.py" and e.is_file() and not e.stat().st_size for e in rest)


def normalize_source(source: str) -> str:
    """Return a candidate as it is kept and written: "\\n" at the end of each line, one at the end, no BOM."""
    return source.removeprefix("\ufeff").rstrip().replace("\r\n", "\n").replace("\r", "\n") + "\n"
