"""The whole program, and then the code that it built: it works where it is used."""

from pathlib import Path

from processes import python_path, run_jaunt, run_python
from projects import CONFIG, make_shop, record, write_files


def test_a_built_spec_works_in_a_program(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    program = "from app.slug import slugify\nfrom app.tally import Tally\nprint(slugify('A b'), Tally().add())"
    unbuilt = run_python("-c", program, cwd=root, PYTHONPATH=python_path(root / "src"))
    assert unbuilt.returncode != 0
    assert "JauntNotBuiltError: app.slug:slugify is not built" in unbuilt.stderr
    assert "run: jaunt build" in unbuilt.stderr
    assert run_jaunt("build", cwd=root).returncode == 0
    built = run_python("-c", program, cwd=root, PYTHONPATH=python_path(root / "src"))
    assert (built.returncode, built.stdout) == (0, "a-b 1\n")


def test_a_single_file_module_is_built_beside_itself_and_works(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "jaunt.toml": CONFIG + '\n[paths]\nsource_roots = ["."]\n',
            "shout.py": ('import jaunt\n\n\n@jaunt.magic\ndef shout(text: str) -> str:\n    """Louder."""\n    ...\n'),
        },
    )
    record(tmp_path, {"shout": "def shout(text: str) -> str:\n    return text.upper()\n"})
    assert run_jaunt("build", cwd=tmp_path).returncode == 0
    assert (tmp_path / "__generated__/shout.py").is_file()
    assert not (tmp_path / "shout").exists()
    done = run_python("-c", "from shout import shout; print(shout('a'))", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("A\n", "")


def test_a_namespace_package_in_two_roots_stays_importable(tmp_path: Path) -> None:
    stub = 'import jaunt\n{}\n\n@jaunt.magic\ndef {}(x: int) -> int:\n    """x and {}."""\n    ...\n'
    write_files(
        tmp_path,
        {
            "jaunt.toml": CONFIG + '\n[paths]\nsource_roots = ["a", "b"]\n',
            "a/acme/one.py": stub.format("", "one", 1),
            "b/acme/two.py": stub.format("from acme.one import one\n", "two", "`one`"),
        },
    )
    one = "def one(x: int) -> int:\n    return x + 1\n"
    two = "from acme.one import one\n\n\ndef two(x: int) -> int:\n    return x + one(0)\n"
    record(tmp_path, {"acme.one": one, "acme.two": two})
    assert run_jaunt("build", cwd=tmp_path).returncode == 0
    assert run_jaunt("build", "--force", cwd=tmp_path).returncode == 0
    assert not list(tmp_path.rglob("__init__.py"))  # in one root, it would hide the other
    path = python_path(tmp_path / "a", tmp_path / "b")
    done = run_python("-c", "from acme.two import two; print(two(1))", cwd=tmp_path, PYTHONPATH=path)
    assert (done.stdout, done.stderr) == ("2\n", "")


def test_a_generated_dir_of_ones_own_works_from_build_to_run(tmp_path: Path) -> None:
    root = make_shop(tmp_path, changes={"jaunt.toml": CONFIG + '\n[paths]\ngenerated_dir = "_made"\n'})
    done = run_jaunt("test", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 passed" in done.stdout
    assert (root / "src/app/_made/slug.py").is_file()
    assert not list(root.rglob("__generated__"))
    assert run_jaunt("status", cwd=root).stdout.splitlines()[-1] == "4 fresh"
