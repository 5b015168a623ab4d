"""Test specs whose tests are not generated yet: pytest shows them as skipped, so that nobody takes them for passed."""

from pathlib import Path

import pytest

from jaunt.paths import DEFAULT_GENERATED_DIR
from jaunt.runtime.loader import configured_dir


class UnbuiltTest(pytest.Item):
    """Stands for the test that a spec asks for."""

    def runtest(self) -> None:
        """Skip it, and say how it comes to be."""
        pytest.skip("its test is not generated yet (run: jaunt test)")

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return where the spec stands."""
        return self.path, None, self.name


GENERATED = pytest.StashKey[dict[Path, Path]]()
"""The files of test specs that were looked at, and where the tests generated from them are."""


def generated_tests(file: Path) -> Path | None:
    """Return where the tests are that were generated from the specs in a file, None if there are none.

    Those of `a/test_b.py` are in `__generated__/a/test_b.py`.
    """
    names = {DEFAULT_GENERATED_DIR, configured_dir(str(file.parent))}
    paths = (folder / name / file.relative_to(folder) for folder in file.parents for name in names)
    return next((path for path in paths if path.is_file()), None)


def leave_out(collector: pytest.Module) -> bool:
    """Whether a stub of a module is left out, as its test is generated."""
    generated = generated_tests(collector.path)
    if generated is not None:
        collector.config.stash.setdefault(GENERATED, {})[collector.path] = generated
    return generated is not None
