"""What a model is shown of installed packages: signature and first words, read from their files, unimported."""

import sys
from pathlib import Path

import pytest
from builds import PLAIN
from projects import SHOP, write_files
from said import RunIn

from jaunt.project.world.installed import INSTALLED_LIMIT, installed_shapes

PACKAGES = {
    "kit/__init__.py": (
        'raise RuntimeError("imported")\nfrom .shapes import (\n    Box,  # a box\n    Ring as Circle,\n)\n'
        "from kit.far import *\nif TYPE_CHECKING:\n    from .lazy import Late\n"
    ),
    "kit/shapes.py": (
        'class Box(Base):\n    """A box.\n\n    @param width: its width\n    """\n\n'
        "    def area(self) -> int:\n        return 1\n\n"
        "    def __init__(\n        self, width: int,\n        *, depth: int = 2\n"
        "    ) -> None:\n        self.width = width\n\n    def more(self) -> None: ...\n\n\n"
        "class Ring:\n    size: int\n    name: str = ''\n    _hidden: int = 0\n"
    ),
    "kit/far.py": (
        'def melt(x: int, *, slowly: bool = False) -> str:\n    """Melt it.\n\n    All of it.\n    """\n    return ""\n'
    ),
    "kit/lazy.py": "async def Late() -> None:\n    pass\n",
    "kit/typed.py": "def measure(x): ...\n",
    "kit/typed.pyi": "def measure(x: float) -> float: ...\n",
    "kit/loop.py": "from kit.loop import again\nfrom .loop import *\n",
    "kit/odd.py": "class Odd(:\n",
    "kit/huge.py": f"def huge({', '.join(f'argument_{n}: int = {n}' for n in range(200))}) -> None: ...\n",
    "single.py": "def alone() -> int: ...\n",
    "other/__init__.py": "",
    "other-stubs/__init__.pyi": "def stubbed(x: bytes) -> None: ...\n",
}


@pytest.fixture(autouse=True)
def _packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path / "installed", PACKAGES)
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "kit.Box",
            'class Box(Base):\n    """A box."""\n    def __init__(self, width: int, *, depth: int=2) -> None: ...',
        ),
        ("kit.shapes.Ring", "class Ring:\n    size: int\n    name: str = ''"),
        ("kit.Circle", "class Ring:\n    size: int\n    name: str = ''"),
        ("kit.melt", 'def melt(x: int, *, slowly: bool=False) -> str:\n    """Melt it."""'),
        ("kit.Late", "async def Late() -> None: ..."),
        ("kit.typed.measure", "def measure(x: float) -> float: ..."),
        ("single.alone", "def alone() -> int: ..."),
        ("other.stubbed", "def stubbed(x: bytes) -> None: ..."),
    ],
)
def test_signature_and_first_words_are_shown(path: str, text: str) -> None:
    module, _, name = path.rpartition(".")
    assert installed_shapes([path, path]) == {f"from {module} import {name}": text}
    assert "kit" not in sys.modules


@pytest.mark.parametrize(
    "path",
    [
        "none.at.all",
        "kit.missing",
        "kit.loop.again",
        "kit.odd.Odd",
        "kit",
        "pathlib.Path",
        "jaunt.magic",
        "kit.nowhere.X",
    ],
)
def test_what_is_not_there_or_known_anyhow_is_left_out(path: str) -> None:
    assert installed_shapes([path]) == {}


def test_what_is_too_much_is_cut(tmp_path: Path) -> None:
    (text,) = installed_shapes(["kit.huge.huge"]).values()
    assert text.endswith(" ...  # cut here")
    write_files(
        tmp_path / "installed",
        {"many.py": "".join(f"def f{n}(): \n    '''{'word ' * 20}'''\n\n" for n in range(100))},
    )
    shown = installed_shapes(f"many.f{n}" for n in range(100))
    assert 5 < len(shown) < 100
    assert sum(map(len, shown.values())) <= INSTALLED_LIMIT


def test_a_prompt_has_what_a_signature_names_and_no_more(tmp_path: Path, run_in: RunIn) -> None:
    words = (
        "import jaunt\nfrom kit import Box, melt\nfrom app.kinds import Kind\n\n\n@jaunt.magic\n"
        'def split_words(box: Box, kind: Kind) -> list[str]:\n    """Use `melt`."""\n    ...\n'
    )
    root = tmp_path / "project"
    kinds = {"src/app/kinds.py": "class Kind:\n    size: int\n", "src/app/words.py": words, "jaunt.toml": PLAIN}
    write_files(root, {**SHOP, **kinds})
    prompt = run_in(root, "prompt", "app.words").out
    assert "## Of installed packages, in short\n\n`from kit import Box`\n\n```python\nclass Box(Base):" in prompt
    assert prompt.count("class Kind") == 1
    assert "def melt" not in prompt
