"""Bind the recordings of the bundled examples to today's contracts: `python tests/support/rebind_examples.py`.

For whoever edited a spec of an example, and its recorded answer with it. The suite fails until this was run.
"""

from pathlib import Path

import jaunt
from jaunt.build.context import make_context
from jaunt.config import load_config
from jaunt.generate.providers.recorded import RECORDING_MARKER, format_recording, recording_path
from jaunt.header import split_header
from jaunt.plan.module_work import project_works
from jaunt.project.project import load_project


def rebind(root: Path) -> None:
    """Rewrite the comment lines above each recording of one example."""
    project = load_project(load_config(root=root))
    for work in project_works(project, project.modules):
        path = recording_path(root / "recordings", work.module)
        text = split_header(path.read_text(encoding="utf-8"), marker=RECORDING_MARKER)[1]
        path.write_text(format_recording(make_context(work), text.lstrip("\n")), encoding="utf-8")


if __name__ == "__main__":
    for config in sorted(Path(jaunt.__file__).parent.glob("examples/*/jaunt.toml")):
        rebind(config.parent)
