"""Specs without an example, a property or a test: they are counted once, marked, or refused before any call."""

import json
from pathlib import Path

import pytest
from projects import record, write_files
from said import RunIn
from well_founded import SHOWN_HELD_TESTED

SPEC = f'''{SHOWN_HELD_TESTED}

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
CONFIG = """\
version = 1
[verify]
ruff = "off"
ty = "off"
robustness = "off"
{}
[llm]
provider = "recorded"
recordings = "recordings"
"""
ANSWER = "".join(
    f"def {name}(n: int) -> int:\n    return n + 1\n\n\n" for name in ("shown", "held", "tested", "bare")
) + ("class Box:\n    def add(self, n: int) -> int:\n        return n\n")
LINE = "1 of 5 landed without an example, a property or a test"


def make(root: Path, *lines: str, spec: str = SPEC, answer: str = ANSWER) -> Path:
    write_files(
        root,
        {
            "src/app/__init__.py": "",
            "src/app/m.py": spec,
            "tests/test_m.py": TEST,
            "jaunt.toml": CONFIG.format("\n".join(lines)),
        },
    )
    record(root, {"app.m": answer})
    return root


def recorded(root: Path) -> dict[str, dict[str, object]]:
    """Return what the header of the generated module says of the specs."""
    lines = (root / "src/app/__generated__/m.py").read_text().splitlines()
    found = [line.partition("=")[2] for line in lines if line.startswith("# jaunt:spec_evidence=")]
    return {name: json.loads(facts) for name, _, facts in (each.partition(" ") for each in found)}


def test_a_build_says_once_how_many_have_landed_unproven(tmp_path: Path, run_in: RunIn) -> None:
    said = run_in(make(tmp_path), "build")
    assert said.code == 0
    assert [line for line in [*said.lines, *said.errors] if "without an example" in line] == [
        f"{LINE} (see: jaunt evidence)"
    ]
    assert "without an example" not in run_in(tmp_path, "build").out  # nothing has landed
    assert "without an example" not in run_in(tmp_path, "build", "--force", "--quiet").out


def test_a_header_says_what_has_shown_that_each_spec_is_right(tmp_path: Path, run_in: RunIn) -> None:
    run_in(make(tmp_path), "build")
    assert recorded(tmp_path) == {
        "Box": {"examples": 1},
        "bare": {},
        "held": {"properties": 1},
        "shown": {"examples": 1},
        "tested": {},
    }


def test_unproven_specs_are_marked_where_modules_are_looked_at(tmp_path: Path, run_in: RunIn) -> None:
    run_in(make(tmp_path), "build")
    for _ in range(2):  # the second time, what is known of the file comes from the scan's cache
        said = run_in(tmp_path, "status", "--target", "app.m")
        assert any(line.startswith("fresh") and line.endswith("unproven: bare") for line in said.lines), said.lines
    for command in ("build", "status", "check"):
        words = [command, "--json", "--target", "app.m", *(["--force"] if command == "build" else [])]
        assert json.loads(run_in(tmp_path, *words).out)["unproven"] == ["app.m:bare"]


def test_a_test_that_is_written_later_takes_the_mark_away(tmp_path: Path, run_in: RunIn) -> None:
    run_in(make(tmp_path), "build")
    test = TEST.replace("import tested", "import bare, tested").replace("[tested]", "[bare, tested]")
    (tmp_path / "tests/test_m.py").write_text(test)
    assert json.loads(run_in(tmp_path, "status", "--json").out)["unproven"] == []


def test_where_nobody_asks_nothing_is_said(tmp_path: Path, run_in: RunIn) -> None:
    root = make(tmp_path, 'require_evidence = "off"')
    assert "without" not in run_in(root, "build").out
    assert "unproven" not in run_in(root, "status").out
    assert json.loads(run_in(root, "check", "--json", "--target", "app.m").out)["unproven"] == []


def test_where_it_is_required_a_module_is_refused_before_any_call(tmp_path: Path, run_in: RunIn) -> None:
    said = run_in(make(tmp_path, 'require_evidence = "error"'), "build", "--json")
    assert said.code == 2
    (module,) = json.loads(said.out)["modules"]
    assert module["attempts"] == 0
    assert "1 of 5 without an example, a property or a test: bare" in module["errors"][0]


def test_examples_that_are_not_run_show_nothing(tmp_path: Path, run_in: RunIn) -> None:
    root = make(tmp_path, "doctests = false", 'properties = "off"')
    assert run_in(root, "build").lines[-2].startswith("4 of 5 landed without")
    assert all(facts == {} for facts in recorded(root).values())
    config = root / "jaunt.toml"
    config.write_text(config.read_text().replace("[verify]\n", '[verify]\nrequire_evidence = "error"\n'))
    said = run_in(root, "build", "--force")
    assert (said.code, "bare, Box" in said.err or "Box" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("docstring", "shows"),
    [
        (">>> f(1)\n    2", {"examples": 1}),
        (">>> f(1)\n    2\n    >>> f(2)\n    3", {"examples": 2}),
        (">>> assert f(1) == 2", {"examples": 1}),
        (">>> f(1)  # doctest: +SKIP\n    2", {}),
        (">>> x = f(1)", {}),
        (">>> 1 + 1\n    2", {}),
        ("Properties:\n        given n: int :: f(n) == n + 1", {"properties": 1}),
        ("Properties:\n        given n: int :: n == n + 0", {}),
        ("Properties:\n        given n: int :: f(n) == f(n)", {}),
    ],
)
def test_only_what_says_something_of_the_code_counts(
    tmp_path: Path, run_in: RunIn, docstring: str, shows: dict[str, int]
) -> None:
    spec = (
        f'import jaunt\n\n\n@jaunt.magic\ndef f(n: int) -> int:\n    """Add one.\n\n    {docstring}\n    """\n    ...\n'
    )
    root = make(tmp_path, spec=spec, answer="def f(n: int) -> int:\n    return n + 1\n")
    (root / "tests/test_m.py").unlink()
    said = run_in(root, "build")
    assert recorded(root) == {"f": shows}
    assert ("1 of 1 landed without" in said.out) is not bool(shows)


def test_a_property_that_only_warns_and_fails_shows_nothing(tmp_path: Path, run_in: RunIn) -> None:
    spec = SPEC.replace("held(n) > n", "held(n) > 5")
    root = make(tmp_path, 'properties = "warn"', spec=spec)
    assert run_in(root, "build").code == 0
    assert (recorded(root)["held"], recorded(root)["shown"]) == ({}, {"examples": 1})


@pytest.mark.parametrize("line", ["", "# jaunt:spec_evidence=bare {oops\n", "# jaunt:spec_evidence=bare [1]\n"])
def test_headers_without_evidence_and_with_damaged_lines_stay_fresh(tmp_path: Path, run_in: RunIn, line: str) -> None:
    run_in(make(tmp_path), "build")
    file = tmp_path / "src/app/__generated__/m.py"
    kept = [each for each in file.read_text().splitlines(keepends=True) if "spec_evidence" not in each]
    kept.insert(6, line)
    file.write_text("".join(kept))
    said = run_in(tmp_path, "check", "--target", "app.m")
    assert (said.code, said.errors) == (0, [])


def test_evidence_stays_with_code_that_is_verified(tmp_path: Path, run_in: RunIn) -> None:
    spec = SPEC.replace("import jaunt\n", "import jaunt\n\nLIMIT = 3\n", 1).replace("Holds a", "Holds `LIMIT`, a", 1)
    root = make(tmp_path, spec=spec)
    run_in(root, "build")
    before = recorded(root)
    (root / "src/app/m.py").write_text(spec.replace("LIMIT = 3", "LIMIT = 4"))
    assert "1 verified" in run_in(root, "build").out
    assert recorded(root) == before


METHOD = '''\
import jaunt


class Cart:
    """A cart."""

    def __init__(self, items: list[int]) -> None:
        self.items = items

    @jaunt.magic
    def total(self) -> int:
        """Return the sum of `items`.

        >>> cart = Cart([1, 2])
        >>> cart.total()
        3
        """
        ...

    @jaunt.magic
    def largest(self) -> int:
        """Return the largest of `items`."""
        ...
'''


def test_a_method_that_is_a_spec_has_evidence_of_its_own(tmp_path: Path, run_in: RunIn) -> None:
    answer = (
        "from app.m import Cart\n\n\ndef Cart__total(self: Cart) -> int:\n    return sum(self.items)\n\n\n"
        "def Cart__largest(self: Cart) -> int:\n    return max(self.items)\n"
    )
    root = make(tmp_path, spec=METHOD, answer=answer)
    (root / "tests/test_m.py").unlink()
    said = run_in(root, "build")
    assert said.code == 0, said.err
    assert recorded(root) == {"Cart.largest": {}, "Cart.total": {"examples": 1}}
    assert json.loads(run_in(root, "status", "--json").out)["unproven"] == ["app.m:Cart.largest"]
