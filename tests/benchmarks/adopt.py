"""How much of code that is there can be adopted, and whether eject gives it back.

    python tests/benchmarks/adopt.py [FOLDER] [--sample N] [--details]

FOLDER holds wheels or unpacked packages (`pip download --no-deps -d FOLDER boltons more-itertools toolz humanize
sortedcontainers semver`); without it, the libraries are downloaded. All functions and methods of each module are
adopted at once, and up to N of them each alone: each succeeds, or is refused with a reason. What eject makes of it is
compared with the module as it was, by syntax. Nothing is run, and nothing is written but in a temporary folder.
"""

import argparse
import ast
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from jaunt.checks.static.own_class import with_class_named
from jaunt.commands.adopt.compose import moved_code, spec_source
from jaunt.commands.adopt.methods import methods_of
from jaunt.commands.adopt.movable import choose
from jaunt.commands.eject.compose import eject_source
from jaunt.errors import JauntError
from jaunt.paths import spec_module_to_generated_module
from jaunt.spec_ref import code_name
from jaunt.syntax.source import Function, ModuleSource, parse_source

LIBRARIES = ["boltons", "more-itertools", "toolz", "humanize", "sortedcontainers", "semver"]


class Tried(NamedTuple):
    """What came of one function, adopted with all `others` of its module or alone: "equal", "refused", or a fault."""

    library: str
    module: str
    name: str
    others: bool
    came: str
    detail: str = ""


def modules_in(folder: Path) -> Iterator[tuple[str, ModuleSource]]:
    """Yield each module of the packages in a folder, with the name of the package, tests left out."""
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        if "tests" in parts or any("-" in part for part in parts):
            continue
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield parts[0], parse_source(name, str(path), path.read_bytes())


def try_module(library: str, source: ModuleSource, sample: int) -> Iterator[Tried]:
    """Yield what comes of the functions of a module, all together, and of the first `sample` alone."""
    functions = [s.name for s in source.statements if isinstance(s, Function) and s not in source.overloads_of(s.name)]
    functions = list(dict.fromkeys([*functions, *methods_of(source)]))
    fit, refused = choose(source, functions)
    came = round_trip(source, fit) if fit else ("", "")
    for name in functions:
        found = ("refused", refused[name].reason) if name in refused else came
        yield Tried(library, source.module, name, True, *found)
    for name in functions[:sample]:
        names, refused = choose(source, [name])
        found = round_trip(source, names) if names else ("refused", refused[name].reason)
        yield Tried(library, source.module, name, False, *found)


def round_trip(source: ModuleSource, names: Sequence[str]) -> tuple[str, str]:
    """Adopt functions and eject them; return what came of it, and the reason."""
    try:
        spec = parse_source(source.module, source.path, spec_source(source, names).encode())
        generated = spec_module_to_generated_module(source.module)
        codes = [code_name(name) for name in names]
        text = with_class_named(moved_code(source, names), spec, codes)
        code = parse_source(generated, f"{source.path} (generated)", text.encode())
        back = ast.parse(eject_source(spec, code, codes))
    except JauntError as error:
        return "not ejected", str(error)
    same = ast.dump(back) == ast.dump(source.tree)
    return ("equal", "") if same else ("different", first_difference(source.tree, back))


def first_difference(before: ast.Module, after: ast.Module) -> str:
    """Return the first statements that differ, on one line."""
    for old, new in zip(before.body, after.body, strict=False):
        if ast.dump(old) != ast.dump(new):
            lines = zip(ast.unparse(old).split("\n"), ast.unparse(new).split("\n"), strict=False)
            return next((f"line {old.lineno}: {o.strip()} | {n.strip()}" for o, n in lines if o != n), "longer")
    return f"{len(before.body)} | {len(after.body)} statements"


def unpacked(wheels: Path, into: Path) -> Path:
    """Unpack the wheels in a folder; a folder without any is taken as it is."""
    found = sorted(wheels.glob("*.whl"))
    for wheel in found:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(into)
    return into if found else wheels


def main() -> None:
    """Print a table: the functions of each library, and what came of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--sample", type=int, default=2, metavar="N", help="how many functions of each module alone")
    parser.add_argument("--details", action="store_true", help="list what is not given back, and count the reasons")
    arguments = parser.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder
        if folder is None:
            folder = Path(temporary, "wheels")
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), *LIBRARIES]
            subprocess.run(command, check=True)
        found = [
            tried
            for library, source in modules_in(unpacked(folder, Path(temporary, "code")))
            for tried in try_module(library, source, arguments.sample)
        ]
    print_table(found, details=arguments.details)
    print(f"{time.perf_counter() - started:.1f} s")


def print_table(found: Sequence[Tried], *, details: bool) -> None:
    """Print what came of the functions, by library."""
    kinds = ["equal", "different", "not ejected", "refused"]
    print(f"{'functions':18}{'tried':>8}" + "".join(f"{kind:>13}" for kind in kinds))
    for others in (True, False):
        rows = [each for each in found if each.others == others]
        print("with all others of their modules" if others else "alone")
        for library in [*dict.fromkeys(each.library for each in rows), ""]:
            counts = Counter(each.came for each in rows if each.library == library or not library)
            print(f"{library or 'all':18}{counts.total():8}" + "".join(f"{counts[kind]:13}" for kind in kinds))
        counts = Counter(each.came for each in rows)
        adopted = counts.total() - counts["refused"]
        print(f"given back: {counts['equal'] / max(adopted, 1):.1%} of what was adopted")
    for each in found if details else ():
        if each.came in ("different", "not ejected"):
            print(f"{each.module}:{each.name}: {each.came}: {each.detail[:300]}")
    reasons = Counter(each.detail for each in found if each.came == "refused")
    for reason, count in reasons.most_common() if details else ():
        print(f"{count:5} {reason}")


if __name__ == "__main__":
    main()
