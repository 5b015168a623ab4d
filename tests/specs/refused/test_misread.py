"""Decorators that seem to be jaunt's and are none: told with file and line, as what is below them is no spec."""

from pathlib import Path

import pytest
from builds import PLAIN
from projects import edit, write_files
from said import RunIn

from jaunt.files.listing import ModuleFile
from jaunt.specs.spec_module import read_file
from jaunt.syntax.source import NOTHING_HANDED

BODY = 'def f() -> int:\n    """Return 1."""\n    ...\n'

MISREAD = {
    "attribute": ("import jaunt\n\n\n@jaunt.magc\n", 4, "jaunt has no decorator `magc` (did you mean 'magic'?)"),
    "called": ("import jaunt\n\n\n@jaunt.magc(deps=[])\n", 4, "`magc`"),
    "alias": ("import jaunt as j\n\n\n@j.Magic\n", 4, "did you mean 'magic'?"),
    "imported": ("from jaunt import magick\n\n\n@magick\n", 4, "jaunt has no decorator `magick`"),
    "renamed": ("from jaunt import tests as t\n\n\n@t\n", 4, "did you mean 'test'?"),
    "far": ("import jaunt\n\n\n@jaunt.spec\n", 4, "the decorators are jaunt.magic and jaunt.test"),
    "unimported": ("@jaunt.magic\n", 1, "nothing in the file imports `jaunt` (import jaunt)"),
    "other alias": ("import jaunt as j\n\n\n@jaunt.magic\n", 4, "nothing in the file imports `jaunt`"),
    "bare": ("import jaunt\n\n\n@magic\n", 4, "nothing in the file imports `magic` (from jaunt import magic)"),
    "module": ("import jaunt\n\n\n@juant.magic()\n", 4, "did you mean 'jaunt.magic'?"),
    "constant": ("import jaunt\n\nbrief = jaunt.magc(prompt='a')\n\n\n@brief\n", 6, "did you mean 'magic'?"),
    "below another": ("import jaunt, functools\n\n\n@functools.cache\n@jaunt.magc\n", 5, "did you mean 'magic'?"),
}

OTHERS = {
    "jaunt's own": "import jaunt\n\n\n@jaunt.magic\n",
    "a fixture": "import pytest\nimport jaunt\n\n\n@pytest.fixture\n",
    "of that name": "import jaunt\nfrom wand import magic\n\n\n@magic\n",
    "own function": "import jaunt\n\n\ndef test(f):\n    return f\n\n\n@test\n",
    "bound by a loop": "import jaunt\n\nfor magic in [print]:\n    pass\n\n\n@magic\n",
    "of a star": "import jaunt\nfrom ward import *\n\n\n@test\n",
    "another's attribute": "# jaunt\nfrom other import jaunt\n\n\n@jaunt.magc\n",
    "an object's": "import jaunt\napp = object()\n\n\n@app.test\n",
}


def told(root: Path, text: str) -> list[str]:
    file = root / "m.py"
    file.write_text(text)
    return list(read_file(ModuleFile("m", file, root), NOTHING_HANDED).warnings)


@pytest.mark.parametrize("case", MISREAD)
def test_a_decorator_that_is_not_jaunts_is_told(case: str, tmp_path: Path) -> None:
    head, line, text = MISREAD[case]
    (found,) = told(tmp_path, head + BODY)
    assert found.startswith(f"{tmp_path / 'm.py'}:{line}: f is no spec: ")
    assert text in found


@pytest.mark.parametrize("case", OTHERS)
def test_decorators_of_others_are_left_alone(case: str, tmp_path: Path) -> None:
    assert told(tmp_path, OTHERS[case] + BODY) == []


def test_a_method_is_told_of_too(tmp_path: Path) -> None:
    (found,) = told(tmp_path, "import jaunt\n\n\nclass C:\n    @jaunt.magc\n    def g(self) -> int: ...\n")
    assert found.startswith(f"{tmp_path / 'm.py'}:5: g is no spec: ")


SOUND = f"import jaunt\n\n\n@jaunt.magic\n{BODY}"


def test_commands_tell_each_time_until_it_is_mended(tmp_path: Path, run_in: RunIn) -> None:
    files = {"__init__.py": "", "a.py": SOUND, "b.py": SOUND.replace("magic", "magc"), "c.py": SOUND}
    write_files(tmp_path, {"jaunt.toml": PLAIN, **{f"src/app/{name}": text for name, text in files.items()}})
    line = "warning: src/app/b.py:4: f is no spec: jaunt has no decorator `magc` (did you mean 'magic'?)"
    for _ in range(3):  # without a cache, with one, and with what was kept of that
        assert line in run_in(tmp_path, "status").errors
    edit(tmp_path / "src/app/c.py", "Return 1", "Return one")  # that module alone is read anew
    for _ in range(2):
        assert line in run_in(tmp_path, "status").errors
    assert "f is no spec: jaunt has no decorator `magc`" in run_in(tmp_path, "doctor").out
    edit(tmp_path / "src/app/b.py", "magc", "magic")
    for _ in range(2):
        said = run_in(tmp_path, "status")
        assert said.errors == []
        assert said.lines[-1] == "3 unbuilt"
