"""Specs without an example, a property or a test: they are named, or refused before any call."""

from pathlib import Path

import pytest
from backends import FakeBackend
from builds import build_with, load
from projects import write_files

from jaunt.checks.behaviour.evidence import make_check, unproven_specs
from jaunt.plan.module_work import project_works

SPEC = '''\
import jaunt


@jaunt.magic
def shown(n: int) -> int:
    """Add one.

    >>> shown(1)
    2
    """
    ...


@jaunt.magic
def held(n: int) -> int:
    """Add one.

    Properties:
        given n: int :: held(n) > n
    """
    ...


@jaunt.magic
def tested(n: int) -> int:
    """Add one."""
    ...


@jaunt.magic
def bare(n: int) -> int:
    """Add one."""
    ...


@jaunt.magic
class Box:
    """Holds a number."""

    def add(self, n: int) -> int:
        """Add.

        >>> Box().add(1)
        1
        """
        ...
'''
TEST = 'import jaunt\nfrom app.m import tested\n\n\n@jaunt.test(deps=[tested])\ndef test_it() -> None:\n    """It."""\n'
CONFIG = (
    'version = 1\n[verify]\nruff = "off"\nty = "off"\ndoctests = false\nproperties = "off"\nrequire_evidence = "{}"\n'
)
ANSWER = "".join(
    f"def {name}(n: int) -> int:\n    return n + 1\n\n\n" for name in ("shown", "held", "tested", "bare")
) + ("class Box:\n    def add(self, n: int) -> int:\n        return n\n")


def make(root: Path, severity: str) -> Path:
    write_files(
        root,
        {
            "src/app/__init__.py": "",
            "src/app/m.py": SPEC,
            "tests/test_m.py": TEST,
            "jaunt.toml": CONFIG.format(severity),
        },
    )
    return root


def test_a_spec_that_nothing_proves_is_found(tmp_path: Path) -> None:
    project = load(make(tmp_path, "warn"))
    (work,) = project_works(project, ["app.m"])
    assert unproven_specs(work, make_check(project, "warn").tested) == ["bare"]


@pytest.mark.parametrize("severity", ["off", "warn", "error"])
def test_it_is_named_or_refused_as_the_configuration_says(tmp_path: Path, severity: str) -> None:
    backend = FakeBackend({"app.m": [ANSWER]})
    outcome = build_with(make(tmp_path, severity), backend)["app.m"]
    said = "1 of 5 without an example, a property or a test: bare"
    assert outcome.status == ("failed" if severity == "error" else "generated")
    assert any(said in text for text in outcome.warnings) is (severity == "warn")
    assert any(said in text for text in outcome.errors) is (severity == "error")
    assert len(backend.told) == (0 if severity == "error" else 1)
