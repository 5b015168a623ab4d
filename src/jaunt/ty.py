"""What ty says of a candidate, as if it stood in its place.

Starting ty takes longer than checking a candidate, so those that come while it is busy are checked together. If it is
missing, crashes or takes too long, the check fails.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from jaunt.batching import Batches, PerLoop
from jaunt.source import first_line
from jaunt.verify import TOOL_SECONDS, Place, ToolError, error_at, find_tool, last_line

Candidate = tuple[str, Place]

_LARGEST_BATCH = 64
_TY_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+):\d+: (?P<level>\w+)\[(?P<rule>[\w-]+)\] (?P<message>.*)")
_UNRESOLVED = {"unresolved-import", "import-not-found"}


async def check_with_ty(source: str, place: Place) -> list[str]:
    """Return the errors that ty finds in a candidate but not in its spec module. Raises ToolError.

    It looks at a copy outside the project, in a partial stub package, which it searches before the package itself.
    A class that is a spec is there, as at run time, the candidate's own. Candidates that wait at the same time are
    checked in one run; what fails in company is checked once more, alone.
    """
    return await _batches.get().submit((source, place))


async def _check_with_ty(candidates: Sequence[Candidate]) -> list[list[str]]:
    try:
        with tempfile.TemporaryDirectory(prefix="jaunt-") as folder:
            return await _ty_errors(candidates, Path(folder))
    except ToolError as error:
        if len(candidates) == 1:
            raise
        return [[str(error)] for _ in candidates]  # each is then checked alone


_batches: PerLoop[Batches[Candidate, list[str]]] = PerLoop(
    lambda: Batches(
        _check_with_ty,
        turns=os.cpu_count() or 1,
        largest=_LARGEST_BATCH,
        group=lambda candidate: (candidate[1].root, candidate[1].bases),
        name=lambda candidate: candidate[1].path,
        failed=bool,
    )
)


async def _ty_errors(candidates: Sequence[Candidate], overlay: Path) -> list[list[str]]:
    """Return the errors of each candidate, all of them laid out in the folder `overlay`."""
    files = await asyncio.to_thread(lambda: [_lay_out(overlay, source, place) for source, place in candidates])
    found = await _ty(files, overlay, candidates[0][1])
    doubtful = [index for index, each in enumerate(found) if any(rule in _UNRESOLVED for _, rule, _ in each)]
    specs = list(dict.fromkeys(Path(candidates[index][1].spec.path) for index in doubtful))
    of_spec = dict(zip(specs, await _ty(specs, overlay, candidates[0][1]) if specs else (), strict=True))
    for index in doubtful:
        errors = of_spec[Path(candidates[index][1].spec.path)]
        known = {message for _, rule, message in errors if rule in _UNRESOLVED}
        found[index] = [each for each in found[index] if each[2] not in known]
    return [
        [error_at("ty", source, line, f"{message} [{rule}]") for line, rule, message in each]
        for (source, _), each in zip(candidates, found, strict=True)
    ]


async def _ty(files: Sequence[Path], overlay: Path, place: Place) -> list[list[tuple[int, str, str]]]:
    """Return line, rule and message of each error that ty finds in each of the files."""
    paths = [argument for path in (overlay, *place.bases) for argument in ("--extra-search-path", str(path))]
    options = ["--project", str(place.root), "--python", sys.executable, "--output-format", "concise"]
    options += ["--color", "never"]
    code, output, said = await _run(["check", *options, *paths, *map(str, files)], overlay)
    matches = [match for line in output.splitlines() if (match := _TY_LINE.match(line))]
    if code not in (0, 1) or (code == 1 and not matches):
        raise ToolError(f"ty failed: {last_line(said) or last_line(output) or f'exit code {code}'}")
    found: dict[Path, list[tuple[int, str, str]]] = {file.resolve(): [] for file in files}
    for m in matches:
        file = (overlay / m["path"]).resolve()
        if m["level"] == "error" and file in found:
            found[file].append((int(m["line"]), m["rule"], m["message"]))
    return [found[file.resolve()] for file in files]


def _lay_out(overlay: Path, source: str, place: Place) -> Path:
    """Write the candidate below `overlay`, and the spec module if it has class specs."""
    top, *below = place.generated_module.split(".")
    package = overlay / f"{top}-stubs"
    is_package = place.path.name == "__init__.py"
    single_file = not is_package and len(below) == 1
    candidate = package.joinpath(*below, "__init__.py") if is_package else package.joinpath(*below).with_suffix(".py")
    candidate.parent.mkdir(parents=True, exist_ok=True)
    candidate.write_text(source, encoding="utf-8")
    (package / "py.typed").write_text("partial\n")  # what isn't here is looked for in the package itself
    if place.classes or single_file:
        parts = place.spec.module.split(".")[1:]
        is_init = place.spec.is_package or single_file
        spec = package.joinpath(*parts, "__init__.py") if is_init else package.joinpath(*parts).with_suffix(".py")
        spec.parent.mkdir(parents=True, exist_ok=True)
        spec.write_text(_with_generated_classes(place), encoding="utf-8")
    return candidate


def _with_generated_classes(place: Place) -> str:
    """Return the spec module's source with an import of the generated class in place of each class spec."""
    lines = place.spec.text.split("\n")
    for name in place.classes:
        node = place.spec.definitions[name]
        blank = [""] * ((node.end_lineno or node.lineno) - first_line(node))
        start = first_line(node) - 1
        indent = " " * node.col_offset
        statement = f"{indent}from {place.generated_module} import {name} as {name}"
        lines[start : start + len(blank) + 1] = [statement, *blank]
    return "\n".join(lines)


async def _run(arguments: Sequence[str], folder: Path) -> tuple[int, str, str]:
    """Run ty in a folder; return its exit code and what it printed. Raises ToolError."""
    program = find_tool("ty")
    try:
        child = await asyncio.create_subprocess_exec(
            *(str(program), *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1"},
        )
    except OSError as error:
        raise ToolError(f"{program} cannot be run: {error.strerror}") from error
    try:
        output, errors = await asyncio.wait_for(child.communicate(), TOOL_SECONDS)
    except TimeoutError as error:
        raise ToolError(f"ty took longer than {TOOL_SECONDS:g} s") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return child.returncode or 0, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace")
