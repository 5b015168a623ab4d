"""What a person wrote as a spec and jaunt can't build is told with file and line, before any call."""

from pathlib import Path

import pytest
from backends import FakeBackend
from builds import PLAIN, build_with
from projects import RECORDED
from said import RunIn

SPEC = 'import jaunt\n\n\n@jaunt.magic\ndef f() -> int:\n    """Return 1."""\n    ...\n'
FLAT = PLAIN.replace("[verify]", '[paths]\nsource_roots = ["."]\n\n[verify]')


def make(root: Path, files: dict[str, str | bytes], config: str = PLAIN) -> None:
    for name, content in {"jaunt.toml": config, "src/app/__init__.py": "", "src/app/ok.py": SPEC, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def told(root: Path, run_in: RunIn) -> str:
    """Return what `status` and a build say of what is not built, after a build has asked for nothing but `app.ok`."""
    status = run_in(root, "status")
    backend = FakeBackend()
    build_with(root, backend)
    assert backend.calls in (["app.ok"], [])
    return status.out + status.err


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("src/app/a.py", SPEC.encode("utf-16"), "src/app/a.py:1: is saved as UTF-16, which Python can't import"),
        ("src/app/a.py", SPEC.encode("utf-16-le"), "src/app/a.py:1: is saved as UTF-16"),
        ("src/app/a.py", SPEC.encode("utf-16-be"), "src/app/a.py:1: is saved as UTF-16"),
        ("src/app/a.py", SPEC.encode("utf-32"), "src/app/a.py:1: is saved as UTF-32"),
        (
            "src/app/a-b.py",
            SPEC,
            "src/app/a-b.py:5: its specs are not built, as no import can name a-b.py (rename it: a_b",
        ),
        ("src/app/2nd.py", SPEC, "src/app/2nd.py:5: its specs are not built, as no import can name 2nd.py"),
        ("src/app/a.b.py", SPEC, "src/app/a.b.py:5: its specs are not built"),
        (
            "src/my-app/a.py",
            SPEC,
            "src/my-app/a.py:5: its specs are not built, as no import can name my-app (rename it: my",
        ),
        (
            "src/app/a.py",
            SPEC.replace("def f", "def jaunt"),
            "src/app/a.py:5: jaunt: line 5 binds jaunt to something else",
        ),
        ("src/app/a.py", f"{SPEC}import os as jaunt\n", "src/app/a.py:5: f: line 8 binds jaunt to something else"),
        (
            "src/app/a.py",
            SPEC.replace("import jaunt", "from jaunt import magic").replace("jaunt.", "").replace("def f", "def magic"),
            "src/app/a.py:5: magic: line 5 binds magic to something else",
        ),
        ("src/app/a.py", SPEC.replace('"""R', 'f"""R'), "src/app/a.py:6: f: an f-string is no docstring"),
        (
            "src/app/a.py",
            SPEC.replace('1."""', '%s.""" % 1'),
            "src/app/a.py:6: f: a string that is put together is no doc",
        ),
        ("src/app/a.py", SPEC.replace('1."""', '{}.""".format(1)'), "src/app/a.py:6: f: what a call makes of a string"),
        ("src/app/a.py", SPEC.replace('"""R', 'b"""R'), "src/app/a.py:6: f: a bytes literal is no docstring"),
        (
            "src/app/a.py",
            SPEC.replace("def f() -> int:", "class C:").replace("...", 'def g(self) -> int:\n        f"""Of {C}."""'),
            "src/app/a.py:8: C: an f-string is no docstring",
        ),
        ("src/calendar.py", "X = 1\n", "src/calendar.py:1: hides the module calendar of the standard library"),
        ("src/queue/__init__.py", "", "src/queue/__init__.py:1: hides the module queue of the standard library"),
    ],
)
def test_what_jaunt_cannot_see_is_told(
    name: str, content: str | bytes, words: str, tmp_path: Path, run_in: RunIn
) -> None:
    make(tmp_path, {name: content})
    assert words in told(tmp_path, run_in)


def test_a_sandbox_that_such_a_module_keeps_from_starting_names_it(tmp_path: Path, run_in: RunIn) -> None:
    make(tmp_path, {"src/json.py": "X = 1\n"}, RECORDED)
    (tmp_path / "recordings").mkdir()
    said = run_in(tmp_path, "build").err
    assert "(rename src/json.py, which hides the module json of the standard library from Python itself)" in said
    assert "limits" not in said


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("src/app/a-b.py", "import jaunt\n"),
        ("src/app/data.py", b"X = '\x00'\n"),
        ("src/my-data/a.py", "X = 1\n"),
        ("src/test/__init__.py", ""),
        ("src/app/json.py", "X = 1\n"),
        ("src/queue/data.txt", ""),
    ],
)
def test_what_is_no_spec_and_hides_nothing_is_passed_over(
    name: str, content: str | bytes, tmp_path: Path, run_in: RunIn
) -> None:
    make(tmp_path, {name: content})
    assert told(tmp_path, run_in).splitlines() == ["unbuilt  app.ok", "1 unbuilt"]


@pytest.mark.parametrize(
    "prompt",
    [
        "str(__import__('os').getpid())",
        "f'It is {datetime.now()}.'",
        "f'Today is {date.today()}.'",
        "' '.join({'one', 'two', 'three', 'four', 'five', 'six', 'seven'})",
        "object().__repr__()",
    ],
)
def test_a_prompt_that_changes_by_itself_is_told(prompt: str, tmp_path: Path, run_in: RunIn) -> None:
    head = "import jaunt\nfrom datetime import date, datetime"
    spec = SPEC.replace("import jaunt", head).replace("@jaunt.magic", f"@jaunt.magic(prompt={prompt})")
    make(tmp_path, {"src/app/a.py": spec})
    said = told(tmp_path, run_in)
    assert "src/app/a.py:6: f: " in said
    assert "changes by itself" in said


@pytest.mark.parametrize("argument", ["prompt='be ' * 2", "deps={g, h}", "prompt=' '.join(['a', 'b'])"])
def test_an_argument_that_only_an_import_tells_may_stay(argument: str, tmp_path: Path) -> None:
    more = SPEC.partition("\n\n\n")[2]
    text = f"{SPEC.replace('def f', 'def g')}\n\n{more.replace('def f', 'def h')}\n\n{more}"
    make(tmp_path, {"src/app/a.py": text.replace("@jaunt.magic\ndef f", f"@jaunt.magic({argument})\ndef f")})
    backend = FakeBackend()
    build_with(tmp_path, backend)
    assert sorted(backend.calls) == ["app.a", "app.ok"]
