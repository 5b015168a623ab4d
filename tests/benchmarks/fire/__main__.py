"""What jaunt is worth under fire: how many of each kind of attack were tried, and how many did harm.

    python tests/benchmarks/fire [KIND ...] [--kills 1000] [--quick] [--limits 50] [--every]

The kinds are `kills`, `once`, `full`, `shortages`, `effects`, `lies`, `right`, `forgeries`, `stores`, `escapes` and
`cheats`, by default all. A small project is
built over and over: killed at a random moment; with one file operation that fails, or all from the n-th on as on a full
disk, in whichever process (with `--every` each of them, else the first and the last of each kind on each file; that
needs a C compiler); under limits of processes, memory, open files and disk. Candidates of kinds that no test holds are
built: those that do something on import, that are not what the spec says, that forge a check, and that are right. For
what damages stores, gets out of the sandbox and cheats the checks, the tests that hold the tables are run. What did
harm is printed. Nothing is asserted.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from arena import ESCAPE_KINDS
from cheats import TABLES as CANDIDATES
from cheats import build_each
from file_faults import fail_each, require_preload
from kills import kill_at_random
from shortages import run_short

TESTS = Path(__file__).resolve().parents[2]
TABLES = {
    "stores": ["build/store", "program/test_odd_files.py"],
    "escapes": ["sandbox"],
    "cheats": ["checks/behaviour", "checks/doctests", "testing/test_pytest_run.py"],
}
KINDS = ("kills", "once", "full", "shortages", *CANDIDATES, *TABLES)


def tell(kind: str, trials: Iterable[tuple[str, list[str]]]) -> None:
    """Print what did harm, and how many did."""
    tried = failed = 0
    for what, wrong in trials:
        tried += 1
        if wrong:
            failed += 1
            print(f"{kind}: {what}", *(f"    {line}" for line in "\n".join(wrong).splitlines()), sep="\n", flush=True)
        if tried % 50 == 0:
            print(f"{kind}: {tried} tried so far, {failed} did harm", flush=True)
    print(f"{kind}: {tried} tried, {failed} did harm", flush=True)


def main() -> None:
    """Run the kinds that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument(
        "--quick", action="store_true", help="kill builds that run no code: as the suite does, 20 times"
    )
    parser.add_argument("--limits", type=int, default=50, help="how many of each of the four limits")
    parser.add_argument("--every", action="store_true", help="each file operation, not only those that differ")
    arguments = parser.parse_args()
    kinds = arguments.kinds or KINDS
    folder = Path(os.environ.get("FIRE_FOLDER") or tempfile.mkdtemp(prefix="fire-"))
    folder.chmod(0o755)
    if "once" in kinds or "full" in kinds:
        problem = require_preload(folder)
        if problem:
            print(f"file operations: not tried, as {problem}")
            kinds = [each for each in kinds if each not in ("once", "full")]
    for kind in kinds:
        if kind == "kills":
            tell(kind, kill_at_random(folder / kind, arguments.kills, quick=arguments.quick))
        elif kind == "shortages":
            tell(kind, run_short(folder / kind, arguments.limits))
        elif kind in CANDIDATES:
            tell(kind, build_each(folder / kind, kind))
        elif kind in TABLES:
            print(f"{kind}:{f' {ESCAPE_KINDS} kinds' if kind == 'escapes' else ''}", flush=True)
            subprocess.run([sys.executable, "-m", "pytest", "-q", *(str(TESTS / each) for each in TABLES[kind])])
        else:
            tell(kind, fail_each(folder, kind, every=arguments.every))


if __name__ == "__main__":
    main()
