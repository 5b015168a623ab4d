"""What prompts cost: their size in both styles, and how much of it a provider that keeps prefixes would have kept.

    python tests/benchmarks/prompts.py [PROJECT]

Renders the prompts of all modules of a project (`textkit`, unless told otherwise), as a first build sends them, and
prints a row for each style of `[llm] prompt_style`. Nothing is sent. "shared" is what of all prompts begins as an
earlier one did, message by message to the first character that differs: providers price cached input at about a
tenth. A retry begins as the attempt before it did, to where the errors stand; that share is the last column.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from jaunt.build.context import make_context
from jaunt.config import load_config
from jaunt.generate.prompt import load_templates, render_messages
from jaunt.paths import PACKAGE
from jaunt.plan.module_work import project_works
from jaunt.project.project import load_project

_CHARACTERS_A_TOKEN = 4  # about


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", nargs="?", type=Path, default=Path(PACKAGE, "examples", "textkit"))
    given: Path = parser.parse_args().project
    with tempfile.TemporaryDirectory() as folder:
        root = shutil.copytree(given, Path(folder, "project"))
        os.chdir(root)
        project = load_project(load_config(root=root))
        contexts = [make_context(work) for work in project_works(project, sorted(project.modules))]
    print(f"{len(contexts)} modules of {given.name}; tokens of {_CHARACTERS_A_TOKEN} characters")
    print(f"{'style':8}{'tokens':>10}{'a module':>10}{'shared':>9}{'in a retry':>12}")
    for style in ("full", "small"):
        templates = load_templates(style=style)
        texts = [_text(render_messages(ctx, templates)) for ctx in contexts]
        again = [_text(render_messages(ctx, templates, errors=["line 1: E999 wrong"])) for ctx in contexts]
        size = sum(map(len, texts))
        retried = sum(_common(new, old) for new, old in zip(again, texts, strict=True)) / sum(map(len, again))
        tokens = size // _CHARACTERS_A_TOKEN
        print(f"{style:8}{tokens:10,}{tokens // len(texts):10,}{_shared(texts) / size:9.0%}{retried:12.0%}")


def _text(messages: Sequence[object]) -> str:
    return "\0".join(str(getattr(message, "content", "")) for message in messages)


def _shared(texts: Sequence[str]) -> int:
    """Return how many characters of texts begin one of those before them."""
    return sum(max((_common(text, other) for other in texts[:index]), default=0) for index, text in enumerate(texts))


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


if __name__ == "__main__":
    main()
