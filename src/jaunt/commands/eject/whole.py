"""All of a project ejected beside it: its source roots as they would be without jaunt, in another folder.

Nothing of the project itself is changed. What is there is copied, but for what is generated; each spec module is
replaced by its handwritten parts and its code; what is left of jaunt, or can't be imported without it, is an error.
"""

import ast
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from jaunt import codes
from jaunt.commands.eject.text import ejected_text, refuse_unless_fresh, used_paths
from jaunt.errors import JauntConfigError, JauntRefusedError
from jaunt.files.listing import find_files
from jaunt.files.plain import read_plain
from jaunt.files.temporary import temporary_path
from jaunt.plan.plan import Plan, make_plan
from jaunt.process.tool import run_tool
from jaunt.project.project import Project
from jaunt.report.console import some
from jaunt.syntax.edits import Edits
from jaunt.syntax.source import ModuleSource, assignment_targets, parse_source

_SKIPPED = {"__pycache__", "node_modules"}
_IMPORT = (
    "import sys, importlib; n = int(sys.argv[1]); sys.modules['jaunt'] = None; sys.path[:0] = sys.argv[2:2 + n]; "
    "own = lambda f: getattr(f, '__module__', '').startswith('_frozen_importlib'); "
    "sys.meta_path[:] = [f for f in sys.meta_path if own(f)]; "
    "[importlib.import_module(name) for name in sys.argv[2 + n:]]"
)
"""Imports modules from folders, where jaunt can't be found, nor the project itself by a hook of an editable install."""


def _refuse_unbuilt(plan: Plan, modules: Sequence[str]) -> None:
    """Raise JauntRefusedError, with all of them, where the code of several modules is not there."""
    unbuilt = [module for module in modules if plan.freshness[module].state == "unbuilt"]
    if len(unbuilt) > 1:
        raise JauntRefusedError(
            f"{len(unbuilt)} modules are not built, so there is no code to eject: {some(unbuilt)}",
            hint="run: jaunt build",
            code=codes.NOT_EJECTED,
        )


def ejected_files(project: Project, *, force: bool = False, within: Path | None = None) -> dict[Path, str]:
    """Return the files in the source roots that are other ones without jaunt, and their texts.

    `within` is a folder of the project that is meant alone. Raises JauntRefusedError for a spec module whose code is
    not fresh (with `force`: not there), or can't be ejected, and for what else needs jaunt.
    """
    plan = make_plan(project)
    roots = [each for each in source_folders(project) if within is None or each.is_relative_to(within)]
    specs = {name: m.file.path for name, m in project.modules.items() if _is_below(m.file.path, roots)}
    _refuse_unbuilt(plan, [module for module in specs if module not in project.problems])
    for module in specs:
        if module in project.problems:
            raise project.problems[module]
        refuse_unless_fresh(plan, module, force=force)
    used = list(used_paths(project, specs))
    texts = {path: ejected_text(project, module, used) for module, path in specs.items()}
    words = [b"jaunt", *(path.rpartition(".")[2].encode() for path, _ in project.handed)]
    for file in find_files(project.roots, generated_dir=project.generated_dir):
        data = read_plain(file.path)
        if file.path not in texts and any(word in data for word in words) and _is_below(file.path, roots):
            source = parse_source(file.name, str(file.path), data, project.handed)
            text = _without_handed(source)
            _refuse_jaunt(file.path, text, was_imported=text != source.text)
            texts |= {file.path: text} if text != source.text else {}
    for path, text in texts.items():
        _refuse_jaunt(path, text, was_imported=True)
    return texts


def source_folders(project: Project) -> list[Path]:
    """Return the source roots that there are."""
    return [root.folder for root in project.roots if root.kind == "magic"]


def write_whole(project: Project, texts: Mapping[Path, str], into: Path, *, check: bool = True) -> list[Path]:
    """Write the source roots into the folder `into`, each where it lies in the project; return them as they are there.

    `into` must not be there, or be empty. It appears as a whole, or not at all. With `check`, every module that was
    a spec module is imported, where jaunt is not to be found. Raises JauntConfigError, or JauntRefusedError.
    """
    into = into.absolute()
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise JauntConfigError(
            f"{into} is there, and is no empty folder", hint="name another one, or remove it", code=codes.COMMAND_LINE
        )
    folders = source_folders(project)
    outside = next((folder for folder in folders if not folder.resolve().is_relative_to(project.root.resolve())), None)
    if outside is not None:
        raise JauntConfigError(
            f"{outside} is not in {project.root}",
            hint="eject its modules in a project of their own",
            code=codes.NOT_EJECTED,
        )
    into.parent.mkdir(parents=True, exist_ok=True)
    draft = temporary_path(into.parent)
    try:
        for folder in folders:
            _copy(folder, draft / folder.relative_to(project.root), texts, _is_skipped(project, into, draft))
        if check:
            _refuse_unimportable(project, texts, draft)
        if into.exists():
            into.rmdir()
        draft.rename(into)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return [into / folder.relative_to(project.root) for folder in folders]


def _is_below(path: Path, folders: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _is_skipped(project: Project, into: Path, draft: Path) -> Callable[[Path], bool]:
    """Return whether a folder is no part of the sources: generated, hidden, an environment, or what is written."""
    own = {into.absolute(), draft.absolute()}

    def skipped(folder: Path) -> bool:
        name = folder.name
        if name in _SKIPPED or name == project.generated_dir or name.startswith("."):
            return True
        return folder.absolute() in own or (folder / "pyvenv.cfg").exists()

    return skipped


def _copy(folder: Path, into: Path, texts: Mapping[Path, str], skipped: Callable[[Path], bool]) -> None:
    """Copy a folder, with other texts for some of its files; symlinks stay what they are."""
    into.mkdir(parents=True, exist_ok=True)
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        path = Path(entry.path)
        if path in texts:
            (into / entry.name).write_text(texts[path], encoding="utf-8")
            shutil.copymode(path, into / entry.name)
        elif entry.is_symlink():
            shutil.copy2(path, into / entry.name, follow_symlinks=False)
        elif entry.is_dir():
            if not skipped(path):
                _copy(path, into / entry.name, texts, skipped)
        elif entry.is_file() and not entry.name.endswith((".pyc", ".pyo")):
            shutil.copy2(path, into / entry.name)


def _without_handed(source: ModuleSource) -> str:
    """Return the text of a module without specs, without what hands jaunt's decorators on."""
    edits = Edits(source.text)
    for statement in source.tree.body:
        if isinstance(statement, ast.ImportFrom):
            gone = {name for name, path in source.imports(statement).items() if path in source.spec_decorators}
            kept = [alias for alias in statement.names if (alias.asname or alias.name) not in gone]
            if gone:
                rest = ast.unparse(ast.ImportFrom(statement.module, kept, statement.level))
                edits.replace_statement(statement, [rest] if kept else [])
        elif isinstance(statement, ast.Import):
            kept = [alias for alias in statement.names if alias.name.partition(".")[0] != "jaunt"]
            if len(kept) < len(statement.names):
                edits.replace_statement(statement, [ast.unparse(ast.Import(kept))] if kept else [])
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.expr):
            names = [target for target in assignment_targets(statement) if isinstance(target, ast.Name)]
            if names and source.spec_decorator(statement.value):
                edits.replace_statement(statement, [])
    return edits.applied()


def _refuse_jaunt(path: Path, text: str, *, was_imported: bool) -> None:
    """Raise JauntRefusedError if a module's text still has something of jaunt, which it `was_imported` into or not."""
    source = parse_source("m", str(path), text.encode())
    for line, name in _names_of_jaunt(source, was_imported):
        raise JauntRefusedError(
            f"{path}:{line}: would still use {name}",
            hint="eject takes out decorators alone: take this out by hand",
            code=codes.NOT_EJECTED,
        )


def _names_of_jaunt(source: ModuleSource, was_imported: bool) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").partition(".")[0] == "jaunt":
            yield node.lineno, str(node.module)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names if a.name.partition(".")[0] == "jaunt")
        elif was_imported and isinstance(node, ast.Name) and node.id == "jaunt" and "jaunt" not in source.bindings:
            yield node.lineno, "jaunt"


def _refuse_unimportable(project: Project, texts: Mapping[Path, str], draft: Path) -> None:
    """Raise JauntRefusedError if a module that has changed can't be imported from `draft` without jaunt."""
    files = find_files(project.roots, generated_dir=project.generated_dir)
    runs: dict[tuple[Path, ...], list[str]] = {}
    for file in files:
        if file.path in texts:
            runs.setdefault(project.sight_from(file.base).bases, []).append(file.name)
    for seen, names in runs.items():
        bases = [draft / base.relative_to(project.root) for base in seen if base.is_relative_to(project.root)]
        command = [sys.executable, "-P", "-B", "-c", _IMPORT, str(len(bases)), *map(str, bases), *names]
        done = run_tool(command, cwd=draft)
        if done.code:
            raise JauntRefusedError(
                f"it could not be imported without jaunt: {done.last_words}",
                hint="nothing was written",
                code=codes.NOT_EJECTED,
            )
