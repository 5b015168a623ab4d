"""What `jaunt probe` takes on this machine, without the model: candidates on the same drawn inputs.

    python tests/benchmarks/probing.py [--candidates 4] [--inputs 200]

Makes a module of four specs, of whose versions none, one or two disagree, and prints for each how long the comparison
took, by the clock and of a processor: where versions disagree, smaller inputs are tried as well. Nothing is asserted.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

from jaunt.checks.behaviour.comparison.compare import Versions, compare
from jaunt.config import load_config
from jaunt.plan.module_work import project_work
from jaunt.project.project import load_project

_SPECS = {
    "slugify": ("text: str", "str", "'-'.join(text.lower().split())", "text.lower().replace(' ', '-')"),
    "clip": ("n: int, least: int, most: int", "int", "max(least, min(n, most))", "min(most, max(n, least))"),
    "dedupe": ("words: list[str]", "list[str]", "list(dict.fromkeys(words))", "sorted(set(words))"),
    "tally": ("words: list[str]", "dict[str, int]", "{w: words.count(w) for w in words}", ""),
}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=4)
    parser.add_argument("--inputs", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "src" / "app").mkdir(parents=True)
        (root / "src" / "app" / "__init__.py").touch()
        (root / "jaunt.toml").write_text("version = 1\n")
        stubs = (f'@jaunt.magic\ndef {n}({p}) -> {r}:\n    """Do it."""\n' for n, (p, r, *_) in _SPECS.items())
        (root / "src" / "app" / "m.py").write_text("\n\n".join(["import jaunt\n", *stubs]))
        project = load_project(load_config(root=root))
        work = project_work(project, "app.m")
        for differing in ((), ("slugify",), ("slugify", "dedupe")):
            versions = [_code(()), *[_code(differing)] * (arguments.candidates - 1)]
            begin, used = time.perf_counter(), _processor_seconds()
            (found,) = compare(project, [Versions(work, versions, None)], inputs=arguments.inputs)
            seconds, used = time.perf_counter() - begin, _processor_seconds() - used
            disagree = sum(bool(each["differences"]) for each in found.reports)
            print(f"{len(versions)} candidates of {len(_SPECS)} specs, {disagree} disagree: ", end="")
            print(found.why_not or f"{seconds:.1f} s, {used:.1f} s of a processor")


def _code(differing: tuple[str, ...]) -> str:
    """Return code of all specs; of those that differ, another one."""
    bodies = ((n, p, r, other if n in differing else own) for n, (p, r, own, other) in _SPECS.items())
    return "\n\n".join(
        f"def {name}({parameters}) -> {result}:\n    return {body}\n" for name, parameters, result, body in bodies
    )


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
