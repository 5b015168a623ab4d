"""Two definitions of one name: the spec is the one that this platform binds; what hides it is told with both lines."""

import sys
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import PLAIN, build_with
from projects import write_files

from jaunt.config import load_config
from jaunt.files import listing
from jaunt.plan.orphans import find_orphans
from jaunt.project.project import Project, load_project, remember
from jaunt.syntax.source import parse_source

OTHER = "win32" if sys.platform != "win32" else "linux"
HERE = '    @jaunt.magic\n    def f() -> int:\n        """Here."""\n'
ELSEWHERE = '    @jaunt.magic\n    def f(other: str) -> int:\n        """Elsewhere."""\n'
BY_HAND = "    def f() -> int:\n        return 1\n"
ANSWER = {"app.a": ["def f() -> int:\n    return 1\n"]}


def project_of(root: Path, body: str) -> Project:
    write_files(root, {"jaunt.toml": PLAIN, "src/app/__init__.py": "", "src/app/a.py": f"import jaunt, sys\n{body}"})
    return load_project(load_config(root=root))


@pytest.mark.parametrize(
    "body",
    [
        f"if sys.platform == {OTHER!r}:\n{ELSEWHERE}else:\n{HERE}",
        f"if sys.platform != {OTHER!r}:\n{HERE}else:\n{ELSEWHERE}",
        f"if sys.version_info >= (3, 99):\n{ELSEWHERE}elif sys.version_info >= (3, 8):\n{HERE}else:\n{ELSEWHERE}",
        f"if sys.version_info < (3, 99):\n{HERE}else:\n{BY_HAND}",
        f"if sys.version_info >= (3, 99):\n{BY_HAND}else:\n{HERE}",
        f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    def f() -> int: ...\nelse:\n{HERE}",
        f"from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n{HERE}else:\n    def f() -> int: ...\n",
        f"try:\n    import json\n{HERE}except ImportError:\n{BY_HAND}",
        f"try:\n    import json\n{HERE}except ImportError:\n{ELSEWHERE}",
        f"try:\n    import no_such_package\n{ELSEWHERE}except ImportError:\n{HERE}",
        f"try:\n    import no_such_package\nexcept ImportError:\n{HERE}else:\n{ELSEWHERE}",
        f"try:\n    from no_such_package import f\nexcept ImportError:\n{HERE}",
        f"WINDOWS = sys.platform == {OTHER!r}\nif WINDOWS:\n{ELSEWHERE}else:\n{HERE}",
        f"if sys.argv:\n{HERE}else:\n{BY_HAND}",
        f"def f() -> str: ...\nif True:\n{HERE}",
        f"if True:\n{HERE}f = print and f\n",
        "from typing import overload\n@overload\ndef f(x: int) -> int: ...\n@overload\ndef f(x: str) -> str: ...\n"
        '@jaunt.magic\ndef f(x=0):\n    """Here."""\n',
    ],
)
def test_the_spec_is_the_definition_that_this_platform_binds(body: str, tmp_path: Path) -> None:
    project = project_of(tmp_path, body)
    assert project.problems == {}
    backend = FakeBackend({"app.a": ["def f(x=0):\n    return 1\n"]} if "overload" in body else ANSWER)
    outcomes = build_with(tmp_path, backend)
    assert {m: (o.status, o.errors) for m, o in outcomes.items()} == {"app.a": ("generated", ())}
    assert backend.calls == ["app.a"]
    (text,) = backend.contexts["app.a"].plain_sources.values()
    assert "Here." in text
    assert "Elsewhere." not in text


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ('@jaunt.magic\ndef f():\n    """1"""\n@jaunt.magic\ndef f():\n    """2"""\n', (3, 6)),
        ('@jaunt.magic\nclass f:\n    """1"""\n\n\n@jaunt.magic()\ndef f():\n    """2"""\n', (3, 8)),
        ('@jaunt.magic\ndef f():\n    """1"""\ndef f(): return 1\n', (3, 5)),
        ('@jaunt.magic\ndef f():\n    """1"""\nclass f: pass\n', (3, 5)),
        ('@jaunt.magic\ndef f():\n    """1"""\nfrom os.path import join as f\n', (3, 5)),
        ('@jaunt.magic\ndef f():\n    """1"""\nf = None\n', (3, 5)),
        (f"if sys.argv:\n{HERE}else:\n{ELSEWHERE}", (4, 8)),
        (f"match sys.argv:\n  case []:\n{HERE}  case _:\n{ELSEWHERE}", (5, 9)),
        ('@jaunt.magic\ndef f():\n    """1"""\nif sys.argv:\n' + ELSEWHERE, (3, 7)),
        (f"if True:\n{HERE}{BY_HAND}", (4, 6)),
    ],
)
def test_what_hides_a_spec_is_told_with_both_lines_before_any_call(
    body: str, lines: tuple[int, int], tmp_path: Path
) -> None:
    problem = str(project_of(tmp_path, body).problems["app.a"])
    assert f"{tmp_path / 'src/app/a.py'}:{min(lines)}: f: " in problem or f"a.py:{max(lines)}: f: " in problem
    assert all(f"{line}" in problem for line in lines)
    backend = FakeBackend()
    assert build_with(tmp_path, backend)["app.a"].status == "failed"
    assert backend.calls == []


def test_a_package_that_is_installed_meanwhile_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "GRANULARITY_NS", 0)  # else a file is read anew for two seconds
    body = f"try:\n    import newly_installed\n{ELSEWHERE}except ImportError:\n{HERE}"
    first = project_of(tmp_path, body)
    digests = [first.digests["app.a"]]
    for _ in range(3):  # the second time, the scan has a cache to read
        project = load_project(load_config(root=tmp_path))
        digests.append(project.digests["app.a"])
        remember(project, make_folder=True)
    write_files(tmp_path, {"packages/newly_installed.py": ""})
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    parse_source.cache_clear()  # as in the next process
    assert len({*digests}) == 1
    assert load_project(load_config(root=tmp_path)).digests["app.a"] != digests[0]


def test_a_spec_for_another_platform_is_none_here_and_its_code_no_orphan(tmp_path: Path) -> None:
    body = f"if sys.platform == {sys.platform!r}:\n{HERE}else:\n{BY_HAND}"
    project_of(tmp_path, body)
    build_with(tmp_path, FakeBackend(ANSWER))
    there = project_of(tmp_path, body.replace("==", "!="))
    assert there.modules == {}
    assert find_orphans(there) == []
    (tmp_path / "src" / "app" / "a.py").unlink()
    assert [orphan.module for orphan in find_orphans(load_project(load_config(root=tmp_path)))] == ["app.a"]
