"""How a generated file is written, with its header, and removed."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jaunt import __version__
from jaunt.errors import JauntWriteError
from jaunt.files.atomic import ensure_packages, require_writable, write_atomic
from jaunt.generate.evidence import NO_EVIDENCE, Evidence
from jaunt.header import HEADER_MARKER, PYTHON, body_digest, format_header, parse_header, split_header
from jaunt.plan.module_work import ModuleWork
from jaunt.plan.standing import STAMPED_FIELD, UNRUN
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
    work: ModuleWork,
    source: str,
    *,
    before: Mapping[str, Any] | None = None,
    is_new: bool = True,
    provenance: Mapping[str, str] | None = None,
    evidence: Evidence | None = None,
) -> Path:
    """Write a module's code under a header that says that it answers today's contract, and return its file.

    `before` are the fields of the header that it had, which stay as far as they are not answered anew; `is_new` is
    False for code that stays as it was, so that what is said of it stays as well. `provenance` are the fields that
    say who has accepted it, and which instructions it was asked for under, `evidence` is what the checks have shown of
    it; None where they were not asked, and then what they had shown of code that stays is as it was.
    Raises JauntWriteError if the file can't be written, or lies outside of the folder that its name starts from.
    """
    fields = {**_fields(work, source, before or {}, evidence, is_new=is_new), **(provenance or {})}
    return write_module(work.path, source, fields, within=work.root, packages_below=work.packages_below)


def _fields(
    work: ModuleWork, source: str, before: Mapping[str, Any], evidence: Evidence | None, *, is_new: bool = True
) -> dict[str, Any]:
    """Return the fields of the header for code that answers today's contract; see `write_code`."""
    of_code = (
        {"body_digest": body_digest(source), "syntax_digest": syntax_digest(source), "python": PYTHON} if is_new else {}
    )
    if evidence is None:
        evidence = NO_EVIDENCE if is_new else before.get("evidence", NO_EVIDENCE)
    against = {
        "checked_against": work.checked_against(source) or None,
        "dependency_codes": work.dependency_codes() or None,
        "evidence": evidence or None,
    }
    answered = {"tool_version": __version__, **work.fingerprint.header_fields(), **of_code, **against}
    # The lines of a header stay in one order, so that a diff of two shows what has changed.
    return {**answered, **{k: v for k, v in before.items() if k not in answered or k == "tool_version"}}


def stamp_code(work: ModuleWork, text: str, accepted: Mapping[str, str] | None = None, *, evidence: Evidence) -> Path:
    """Give the code in `text`, a generated file that has passed all checks, a header that says so; return the file.

    What follows the header stays byte for byte, its line ends too, and of the header what is not answered anew.
    `accepted` are the fields that say who has accepted it, `evidence` is what the checks have shown of it. Of a test it
    says besides that no check has run it. Raises JauntWriteError as `write_code` does.
    """
    lines, source = split_header(text)
    before: Mapping[str, Any] = parse_header(text) or {}
    fields: dict[str, Any] = {**_fields(work, source, before, evidence), **(accepted or {})}
    if work.kind == "test":
        fields[STAMPED_FIELD] = UNRUN
    header = format_header(**fields)
    if text.removeprefix("\ufeff").startswith(f"{HEADER_MARKER}\r\n"):
        header = header.replace("\n", "\r\n")
    rest = text.removeprefix("\ufeff").split("\n", len(lines))[len(lines) :]
    return write_atomic(work.path, "".join([header, *rest]).encode(), within=work.root)


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
