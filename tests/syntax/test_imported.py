"""What code imports, and imports made absolute."""

import pytest

from jaunt.syntax.imported import with_absolute_imports
from jaunt.syntax.source import ModuleSource, parse_source


def module(name: str, path: str) -> ModuleSource:
    return parse_source(name, path, b"")


@pytest.mark.parametrize(
    ("text", "absolute"),
    [
        ("from .base import Node\n", "from app.core.base import Node\n"),
        ("from . import base, other as o\n", "from app.core import base, other as o\n"),
        ("from ..util import (\n    a,  # why\n    b,\n)\n", "from app.util import (\n    a,  # why\n    b,\n)\n"),
        ("é = 1; from .base import Node; x = 2\n", "é = 1; from app.core.base import Node; x = 2\n"),
        (
            "def f():\n    from .base import g\n    return g\n",
            "def f():\n    from app.core.base import g\n    return g\n",
        ),
        ("from  .  base import a\n", "from app.core.base import a\n"),
        (
            "from app.core.base import a\n'''from .base import a'''\n",
            "from app.core.base import a\n'''from .base import a'''\n",
        ),
        ("from .base import (\n", "from .base import (\n"),
    ],
)
def test_relative_imports_are_made_absolute(text: str, absolute: str) -> None:
    assert with_absolute_imports(text, module("app.core.slug", "src/app/core/slug.py")) == absolute


def test_those_of_a_package_begin_with_itself() -> None:
    package = module("app.core", "src/app/core/__init__.py")
    assert with_absolute_imports("from .base import a\n", package) == "from app.core.base import a\n"
