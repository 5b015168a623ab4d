"""What changed since a git ref: the modules that `--since` selects."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from jaunt import codes
from jaunt.errors import JauntConfigError
from jaunt.files.listing import module_file
from jaunt.process.tool import run_tool
from jaunt.project.project import Project
from jaunt.specs.dag import dependents_of


def modules_since(project: Project, ref: str) -> set[str]:
    """Return the spec modules whose file, or generated file, git finds changed since `ref`, and all that use them.

    A module uses what it depends on, and what it imports, by whatever handwritten files in between. What is not
    committed counts, and so do new files that git doesn't ignore. Raises JauntConfigError if git can't tell.
    """
    changed = {os.path.realpath(path) for path in _changed_files(project.root, ref)}
    uses, paths = _uses(project), {name: module.path for name, module in project.modules.items()}
    touched = {path for path in uses if os.path.realpath(path) in changed}
    touched |= {path for m, path in paths.items() if os.path.realpath(project.generated_name(m)) in changed}
    reached = dependents_of(uses, touched)
    return {name for name, path in paths.items() if path in reached}


def _uses(project: Project) -> dict[str, set[str]]:
    """Return the files that were searched for specs, each with those of the modules that it uses."""
    assert project.scan is not None  # what was read from nowhere has no sources
    roots, names_at = project.scan.files.listing.roots, project.scan.files.sources.names_at
    paths_of: dict[str, list[str]] = {}  # by the name that the module is imported by: each owner may have one
    for path, root in roots.items():
        if (file := module_file(path, root)) is not None:
            paths_of.setdefault(file.name, []).append(path)
    uses: dict[str, set[str]] = {}
    for path in (path for paths in paths_of.values() for path in paths):
        names = names_at(path)
        imported = [*names.bindings.values(), *names.star_imports] if names else []
        uses[path] = {each for module in _modules_of(imported) for each in paths_of.get(module, ())}
    for module, needed in project.dag.items():
        if module in project.modules:
            found = uses.setdefault(project.modules[module].path, set())
            found.update(project.modules[each].path for each in needed if each in project.modules)
    return uses


def _modules_of(paths: Iterable[str]) -> Iterator[str]:
    """Yield each module that a dotted path may lead to: `app`, `app.models` and `app.models.Invoice`."""
    for path in paths:
        parts = path.split(".")
        yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _changed_files(root: Path, ref: str) -> Iterator[str]:
    """Yield the files below a folder that are other than at `ref`, or that git doesn't know yet."""
    if ref.startswith("-"):
        raise JauntConfigError(
            f"--since: {ref!r} is no git ref", hint="give a branch, a tag or a commit", code=codes.COMMAND_LINE
        )
    for command in (
        ["git", "ls-files", "--others", "--exclude-standard", "-z"],  # first: where is no repository, it says just that
        ["git", "diff", "--name-only", "--no-renames", "--relative", "-z", ref, "--"],
    ):
        try:
            asked = run_tool(command, cwd=root)
        except OSError as error:
            raise JauntConfigError(
                f"--since: git can't be run: {error}", hint="install git, or leave it out", code=codes.COMMAND_LINE
            ) from error
        if asked.code:
            hint = "give a branch, a tag or a commit of the repository that the project is in"
            raise JauntConfigError(f"--since {ref}: git says: {asked.last_words}", hint=hint, code=codes.COMMAND_LINE)
        yield from (os.path.join(root, os.fsdecode(path)) for path in asked.output.split(b"\0") if path)  # noqa: PTH118
