"""What the backend is told of a module: its specs, and the code around them."""

from pathlib import Path

from backends import FakeBackend
from works import build_work, make_work

from jaunt.build.context import make_context
from jaunt.build.settings import BuildSettings


def test_the_context_has_the_specs_without_what_makes_them_specs(tmp_path: Path) -> None:
    files = {
        "pkg/a.py": 'from jaunt import magic as m\n\n\n@m\ndef a() -> int:\n    """One."""\n    ...\n',
        "pkg/b.py": "import jaunt\n\nfrom pkg.a import a\n\nLIMIT = 1\n\n\n"
        '@jaunt.magic(deps=[a])\ndef b() -> int:\n    """Two."""\n    ...\n',
    }
    context = make_context(make_work(tmp_path, "pkg.b", {"pkg/__init__.py": "", **files}))
    assert context.plain_sources == {
        "pkg.b:b": 'def b() -> int:\n    """Two."""\n    ...',
        "pkg.a:a": 'def a() -> int:\n    """One."""\n    ...',
    }
    assert context.spec_sources["pkg.b:b"].startswith("@jaunt.magic(deps=[a])\n")
    assert context.handwritten_source == "from pkg.a import a\n\nLIMIT = 1"


def test_the_context_is_read_when_it_is_needed(tmp_path: Path) -> None:
    # The code of a dependency is there only once its own module has been built.
    work = make_work(tmp_path, "pkg.sub.b")
    assert make_context(work).dependency_generated_modules == {}
    build_work(make_work(tmp_path), BuildSettings(FakeBackend()))
    assert make_context(work).dependency_generated_modules == {"pkg.a": "def a() -> int:\n    return 1\n"}
