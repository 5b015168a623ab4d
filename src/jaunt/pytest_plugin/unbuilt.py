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


def is_generated(file: Path) -> bool:
    """Whether tests were generated from the test specs in a file: `a/test_b.py` -> `__generated__/a/test_b.py`."""
    names = {DEFAULT_GENERATED_DIR, configured_dir(str(file.parent))}
    return any((folder / name / file.relative_to(folder)).is_file() for folder in file.parents for name in names)
