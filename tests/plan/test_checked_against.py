"""What code was checked against besides its contract is in its header: what is baked in, specs used undeclared."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import PLAIN, build_with
from projects import edit, write_files
from said import RunIn

from jaunt.config import load_config
from jaunt.header import parse_header
from jaunt.plan.plan import make_plan
from jaunt.project.project import load_project, remember
from jaunt.report.wording import all_reasons

A = "src/app/a.py"
CODE = "src/app/__generated__/a.py"
LOUD = "def shout(name: str) -> str:\n    return name.upper()\n"
CUT = '''\
import jaunt

LIMIT = 60


@jaunt.magic
def cut(text: str, limit: int = LIMIT) -> str:
    """Return the first `limit` characters."""
    ...
'''
INLINED = "def cut(text: str, limit: int = 60) -> str:\n    return text[:limit]\n"
COPIED = "LIMIT = 60\n\n\ndef cut(text: str, limit: int = LIMIT) -> str:\n    return text[:limit]\n"
NAMED = "from app.a import LIMIT\n\n\ndef cut(text: str, limit: int = LIMIT) -> str:\n    return text[:limit]\n"


def make(root: Path, spec: str, code: str, more: Mapping[str, str] | None = None) -> None:
    """Write a project whose module `app.a` is `spec`, and build it from the answer `code`."""
    write_files(root, {"jaunt.toml": PLAIN, "src/app/__init__.py": "", A: spec, **(more or {})})
    outcomes = build_with(root, FakeBackend({"app.a": [code], "app.z": [LOUD]}))
    assert {m: o.errors for m, o in outcomes.items() if o.status != "generated"} == {}
    assert stale(root) == {}


def stale(root: Path) -> dict[str, str]:
    """Return the stale modules, each with the reasons, as a scan with no cache finds them and as one with a cache."""
    found = []
    for _ in range(3):
        project = load_project(load_config(root=root))
        plan = make_plan(project)
        found.append({module: all_reasons(plan.freshness[module]) for module in plan.stale})
        remember(project, plan.found_fresh, make_folder=True)
    assert found[0] == found[1] == found[2]
    return found[0]


def against(root: Path) -> list[str]:
    """Return what the header of the generated module says that its code was checked against."""
    return [*(parse_header((root / CODE).read_text()) or {}).get("checked_against", {})]


def asked(root: Path, code: str = NAMED, loud: str = "") -> list[str]:
    backend = FakeBackend({"app.a": [code], "app.z": [loud]})
    build_with(root, backend)
    return backend.calls


# --- what conformance resolves ---


@pytest.mark.parametrize("code", [INLINED, COPIED], ids=["inlined", "copied"])
def test_code_with_a_default_baked_in_is_stale_when_the_constant_moves(code: str, tmp_path: Path) -> None:
    make(tmp_path, CUT, code)
    edit(tmp_path / A, "LIMIT = 60", "LIMIT = 80")
    assert stale(tmp_path) == {"app.a": "handwritten changed: app.a:LIMIT"}
    assert asked(tmp_path) == ["app.a"]
    assert stale(tmp_path) == {}
    edit(tmp_path / A, "LIMIT = 80", "LIMIT = 100")
    assert stale(tmp_path) == {}  # the code names it now


def test_code_that_names_the_constant_stays_fresh(tmp_path: Path) -> None:
    make(tmp_path, CUT, NAMED)
    assert not against(tmp_path)
    edit(tmp_path / A, "LIMIT = 60", "LIMIT = 80")
    assert stale(tmp_path) == {}


ALIAS = '''\
from dataclasses import dataclass
from typing import Literal
import jaunt

READ = "r"
Kind = Literal["r", "w"]
Mode = Kind
BASE = 30
LIMIT = BASE * 2


def shorten(text: str) -> str:
    """Return less of it."""
    return text[:BASE]


@jaunt.magic
'''


@pytest.mark.parametrize(
    ("spec", "code", "old", "new"),
    [
        (
            'def f(m: Mode = READ) -> "Mode":\n    """Return m."""\n',
            'from typing import Literal\ndef f(m: Literal["r", "w"] = "r") -> Literal["r", "w"]:\n    return m\n',
            'Literal["r", "w"]',
            'Literal["r", "w", "a"]',
        ),
        (
            'def f(m="r"):\n    """Return at most LIMIT."""\n',
            'def f(m="r"):\n    return m[:60]\n',
            "BASE = 30",
            "BASE = 20",
        ),
        (
            'def f(m="r"):\n    """What `shorten` gives."""\n',
            'def f(m="r"):\n    return m[:30]\n',
            "[:BASE]",
            "[1:BASE]",
        ),
        ('def f(m="r"):\n    """What shorten(m) gives."""\n', 'def f(m="r"):\n    return m[:30]\n', "= 30", "= 40"),
        (
            '@dataclass\nclass C:\n    """A cut."""\n    limit: int = BASE\n',
            "from dataclasses import dataclass\n@dataclass\nclass C:\n    limit: int = 30\n",
            "BASE = 30",
            "BASE = 20",
        ),
        (
            'class C:\n    """A cut."""\n    def f(self, limit: int = BASE) -> int:\n        """The limit."""\n',
            "class C:\n    def f(self, limit: int = 30) -> int:\n        return limit\n",
            "BASE = 30",
            "BASE = 20",
        ),
    ],
    ids=["alias of an alias", "made of another", "helper", "constant of a helper", "attribute", "method"],
)
def test_whatever_is_written_by_hand_beside_a_spec_counts_where_it_may_be_baked_in(
    spec: str, code: str, old: str, new: str, tmp_path: Path
) -> None:
    make(tmp_path, ALIAS + spec, code)
    edit(tmp_path / A, old, new)
    assert "handwritten changed: app.a:" in stale(tmp_path)["app.a"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 60", "LIMIT  =  0x3C  # characters"),
        ("LIMIT = 60", "LIMIT: int = 60"),
        ("LIMIT = 60", "LIMIT = 60\nOTHER = 1\n\n\ndef helper() -> None: ..."),
        ("import jaunt\n", "import os\nimport jaunt\n"),
    ],
)
def test_what_changes_no_meaning_and_what_no_spec_mentions_counts_for_nothing(
    old: str, new: str, tmp_path: Path
) -> None:
    make(tmp_path, CUT, INLINED)
    edit(tmp_path / A, old, new)
    assert stale(tmp_path) == {}


def test_a_header_of_the_version_before_stays_fresh(tmp_path: Path) -> None:
    make(tmp_path, CUT, INLINED)
    text = (tmp_path / CODE).read_text()
    line = next(line for line in text.splitlines() if line.startswith("# jaunt:checked_digest="))
    edit(tmp_path / CODE, f"{line}\n", "")
    edit(tmp_path / A, "LIMIT = 60", "LIMIT = 80")
    assert stale(tmp_path) == {}


# --- specs that code uses undeclared ---

HAIL = '"""A."""\nimport jaunt\n\n\n@jaunt.magic\ndef hail(name: str) -> str:\n    """Return "HAIL NAME"."""\n    ...\n'
SHOUT = 'import jaunt\n\n\n@jaunt.magic\ndef shout(name: str) -> str:\n    """Return it in capitals."""\n    ...\n'
USES = 'from app.z import shout\n\n\ndef hail(name: str) -> str:\n    return f"HAIL {shout(name)}"\n'
WAYS = {
    "from": USES,
    "module": USES.replace("from app.z import shout", "from app import z").replace("shout(", "z.shout("),
    "dotted": USES.replace("from app.z import shout", "import app.z").replace("shout(", "app.z.shout("),
    "alias": USES.replace("import shout", "import shout as s").replace("shout(", "s("),
    "function": 'def hail(name: str) -> str:\n    from app.z import shout\n\n    return f"HAIL {shout(name)}"\n',
    "re-export": USES.replace("app.z", "app.api"),
}


@pytest.mark.parametrize("way", WAYS)
def test_code_that_uses_another_spec_is_stale_when_its_contract_moves(way: str, tmp_path: Path, run_in: RunIn) -> None:
    more = {"src/app/z.py": SHOUT, "src/app/api.py": "from .z import shout\n"}
    make(tmp_path, HAIL, WAYS[way], more)
    assert against(tmp_path) == ["app.z:shout"]
    edit(tmp_path / "src/app/z.py", "name: str", "name: str, mark: str")
    assert stale(tmp_path)["app.a"] == "used spec changed: app.z:shout"
    said = run_in(tmp_path, "check")
    assert said.code == 4
    assert "app.a: to be verified: used spec changed: app.z:shout" in said.err
    # None of the checks that are on here looks at calls, so the code of app.a passes as it stands.
    assert asked(tmp_path, USES, LOUD.replace(") ->", ", mark: str) ->")) == ["app.z"]
    assert stale(tmp_path) == {}


def test_code_that_uses_a_spec_which_is_gone_is_stale(tmp_path: Path) -> None:
    make(tmp_path, HAIL, USES, {"src/app/z.py": SHOUT})
    (tmp_path / "src/app/z.py").write_text("")
    assert stale(tmp_path) == {"app.a": "used spec changed: app.z:shout"}


def test_a_declared_dependency_is_noted_once(tmp_path: Path) -> None:
    spec = HAIL.replace("import jaunt\n", "import jaunt\nfrom app.z import shout\n").replace("NAME", "NAME by `shout`")
    make(tmp_path, spec, USES, {"src/app/z.py": SHOUT})
    assert not against(tmp_path)
    assert "# jaunt:dependency_digest=app.z:shout " in (tmp_path / CODE).read_text()


def test_a_generated_test_depends_on_what_it_tests(tmp_path: Path) -> None:
    test = 'import jaunt\n\n\n@jaunt.test\ndef test_it() -> None:\n    """Greetings are loud."""\n    ...\n'
    make(tmp_path, HAIL, USES, {"src/app/z.py": SHOUT})
    write_files(tmp_path, {"tests/test_it.py": test})
    code = 'from app.a import hail\n\n\ndef test_it() -> None:\n    assert hail("a") == "HAIL A"\n'
    build_with(tmp_path, FakeBackend({"tests.test_it": [code]}), kind="test")
    assert stale(tmp_path) == {}
    edit(tmp_path / A, "HAIL NAME", "HALLO NAME")
    assert stale(tmp_path)["tests.test_it"] == "used spec changed: app.a:hail"


def test_an_ejected_spec_makes_nothing_stale(tmp_path: Path, run_in: RunIn) -> None:
    make(tmp_path, HAIL, USES, {"src/app/z.py": SHOUT})
    assert run_in(tmp_path, "eject", "app.z").code == 0
    assert stale(tmp_path) == {}
