"""An adoption, tried beside the project: what it would write is known, to the byte, before a file is touched.

A project is a tree of text files to jaunt, whose digests depend on no place: so one whose files are links to those of
the real one, in a temporary folder, with the one new file among them, has the very contracts of tomorrow.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jaunt import codes
from jaunt.build.write import write_code
from jaunt.commands.adopt.target import distributions_of, module_at
from jaunt.errors import JauntError, JauntRefusedError
from jaunt.files.listing import ModuleFile, list_files
from jaunt.plan.module_work import project_work
from jaunt.process.frozen import frozen
from jaunt.project.project import Project, load_project
from jaunt.report.console import one_line


@frozen
class Rehearsed:
    """The generated file that an adoption would write, and below which folder `__init__.py` files go to it, if any."""

    path: Path
    data: bytes
    packages_below: Path | None


def rehearse(
    project: Project,
    file: ModuleFile,
    spec_text: str,
    code: str,
    *,
    before: Mapping[str, Any],
    adopted: Mapping[str, str],
    infer_deps: bool | None,
) -> Rehearsed:
    """Return what would be written for a module of which `spec_text` is to be the spec file, and `code` the code.

    `before` are the fields of the header that its generated file has, `adopted` those that say who adopted it.
    Raises JauntRefusedError if the project, or the module, could not be read any more.
    """
    with tempfile.TemporaryDirectory(prefix="jaunt-adopt-") as folder:
        top = Path(folder).resolve()
        for path in _files(project):
            _link(path, top)
        if module := module_at(project, file.path):
            _place(project.generated_path(module), top).unlink(missing_ok=True)
        _place(file.path, top).unlink()
        _place(file.path, top).write_text(spec_text, encoding="utf-8")
        root = _place(project.root, top)
        after = load_project(replace(project.config, root=root), infer_deps=infer_deps)
        for broken in sorted(after.problems.keys() - project.problems.keys()):
            raise _refused(after.problems[broken], top)
        module = module_at(after, _place(file.path, top))
        if not module:
            raise JauntRefusedError(
                f"{file.path}: it would be no spec module", hint="adopt its functions by hand", code=codes.NOT_ADOPTED
            )
        work = project_work(after, module)
        shown = before.get("evidence")  # of the code that was there: it stays
        try:
            written = write_code(work, code, before=before, provenance=adopted, evidence=shown)
        except JauntError as error:
            raise _refused(error, top) from error
        below = work.packages_below
        return Rehearsed(_real(written, top), written.read_bytes(), _real(below, top) if below else None)


def _files(project: Project) -> Iterator[Path]:
    """Yield all files that a project is read from, what tells its distributions apart, and its generated code."""
    yield from (Path(path) for path in list_files(project.roots, generated_dir=project.generated_dir).stamps)
    paths = [project.generated_path(module) for module in project.modules]
    paths += [owner / "pyproject.toml" for owner in {*distributions_of(project).owners.values()}]
    yield from (path for path in paths if path.is_file())


def _place(path: Path, top: Path) -> Path:
    absolute = path.absolute()
    return top.joinpath(*absolute.parts[1:])


def _real(path: Path, top: Path) -> Path:
    return Path("/", path.relative_to(top))


def _link(path: Path, top: Path) -> None:
    place = _place(path, top)
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        place.symlink_to(path.absolute())


def _refused(error: JauntError, top: Path) -> JauntRefusedError:
    text = one_line(str(error)).replace(str(top), "")
    return JauntRefusedError(text, hint=error.hint or "nothing was changed", code=codes.NOT_ADOPTED)
