"""The project: what is found where, what is wrong with which module, and that the rest goes on."""

from pathlib import Path

import pytest
from projects import ProjectFiles

from jaunt.config import load_config
from jaunt.errors import JauntConfigError, JauntDependencyCycleError
from jaunt.project.project import Project, load_project, select_targets


def spec(name: str = "f", *, deps: str = "", above: str = "") -> str:
    return f'import jaunt\n{above}\n@jaunt.magic({deps})\ndef {name}():\n    """Do {name}."""\n'


def load(root: Path, config: str = "", *, infer_deps: bool | None = None) -> Project:
    (root / "jaunt.toml").write_text(config)
    return load_project(load_config(root=root), infer_deps=infer_deps)


def problems(project: Project) -> dict[str, str]:
    return {module: error.message.replace(f"{project.root}/", "") for module, error in project.problems.items()}


# ----------------------------------------------------------------------------------------------------
# Names and places


def test_modules_are_named_from_source_roots_and_tests_from_their_parent(project_files: ProjectFiles) -> None:
    test = spec("test_f").replace("magic", "test")
    root = project_files({"src/app/m.py": spec(), "src/slug.py": spec(), "tests/test_m.py": test})
    project = load(root)
    assert list(project.modules) == ["app.m", "slug", "tests.test_m"]
    assert project.modules_of("build") == ["app.m", "slug"]
    assert project.modules_of("test") == ["tests.test_m"]
    paths = {name: project.generated_path(name).relative_to(root).as_posix() for name in project.modules}
    assert paths == {
        "app.m": "src/app/__generated__/m.py",
        "slug": "src/__generated__/slug.py",
        "tests.test_m": "tests/__generated__/test_m.py",
    }
    assert project.bases() == [root / "src", root]


@pytest.mark.parametrize(
    ("paths", "name"),
    [
        ('source_roots = ["src"]\ntest_roots = ["src/app/tests"]', "app.tests.test_m"),
        ('source_roots = ["src"]\ntest_roots = ["src/app"]', "app.tests.test_m"),
        ('source_roots = ["."]\ntest_roots = ["src/app/tests"]', "tests.test_m"),
        ('source_roots = ["src", "src/app"]\ntest_roots = ["src/app/tests"]', "tests.test_m"),
        ('source_roots = ["src/app"]\ntest_roots = ["src/app/tests"]', "tests.test_m"),
        ('source_roots = ["src"]\ntest_roots = ["src"]', "app.tests.test_m"),
        ('source_roots = ["src"]\ntest_roots = []', "app.tests.test_m"),
        ('source_roots = ["src"]\ntest_roots = ["gone"]', "app.tests.test_m"),
    ],
)
def test_a_test_root_in_a_source_root_is_named_from_it(paths: str, name: str, project_files: ProjectFiles) -> None:
    root = project_files({"src/app/tests/test_m.py": spec("test_f").replace("magic", "test")})
    project = load(root, f"[paths]\n{paths}\n")
    assert list(project.modules) == [name]
    assert project.problems == {}


def test_a_source_root_that_is_given_twice_is_searched_once(project_files: ProjectFiles) -> None:
    root = project_files({"src/m.py": spec()})
    project = load(root, '[paths]\nsource_roots = ["src", "./src", "src/"]\n')
    assert (list(project.modules), project.problems) == (["m"], {})


def test_excluded_files_and_folders_are_left_out(project_files: ProjectFiles) -> None:
    root = project_files({"src/app/m.py": spec(), "src/app/old/n.py": spec(), "src/app/skip.py": "import jaunt\n("})
    project = load(root, '[paths]\nexclude = ["app/old", "**/skip.py"]\n')
    assert (list(project.modules), project.problems) == (["app.m"], {})


def test_an_empty_project_has_no_modules(tmp_path: Path) -> None:
    project = load(tmp_path)
    assert (project.modules, project.problems, project.digests, project.dag) == ({}, {}, {}, {})


def test_nothing_is_written_and_nothing_imported(project_files: ProjectFiles) -> None:
    root = project_files({"src/m.py": f"raise SystemExit\n{spec()}", "jaunt.toml": ""})
    before = sorted(root.rglob("*"))
    assert list(load(root).digests) == ["m"]
    assert sorted(root.rglob("*")) == before


# ----------------------------------------------------------------------------------------------------
# Dependencies


def test_the_dag_is_that_of_given_and_inferred_dependencies(project_files: ProjectFiles) -> None:
    root = project_files(
        {
            "src/a.py": spec("f"),
            "src/b.py": spec("f", deps="deps=[a.f]", above="import a"),
            "src/c.py": spec("f", above="from b import f as g") + "    return g()\n",
            "src/d.py": spec("f", deps="infer_deps=False", above="from b import f as g") + "    return g()\n",
        }
    )
    assert load(root).dag == {"a": set(), "b": {"a"}, "c": {"b"}, "d": set()}
    assert load(root, "[build]\ninfer_deps = false\n").dag == {"a": set(), "b": {"a"}, "c": set(), "d": set()}
    assert load(root, infer_deps=False).dag == {"a": set(), "b": {"a"}, "c": set(), "d": set()}
    assert load(root, "[build]\ninfer_deps = false\n", infer_deps=True).dag["c"] == {"b"}


def test_a_decorators_none_leaves_inference_to_the_configuration(project_files: ProjectFiles) -> None:
    caller = spec("f", deps="infer_deps=None", above="from a import f as g") + "    return g()\n"
    root = project_files({"src/a.py": spec(), "src/b.py": caller})
    assert load(root, "[build]\ninfer_deps = false\n").dag == {"a": set(), "b": set()}
    assert load(root).dag == {"a": set(), "b": {"a"}}


def test_a_test_depends_on_what_a_package_re_exports(project_files: ProjectFiles) -> None:
    test = "import jaunt\nfrom app import f\n@jaunt.test\ndef test_f():\n    '''f() is 1.'''\n"
    root = project_files({"src/app/__init__.py": "from .m import f\n", "src/app/m.py": spec(), "tests/test_m.py": test})
    assert load(root).dag["tests.test_m"] == {"app.m"}


def test_a_dependency_through_a_re_export_has_the_digest_of_the_direct_one(
    project_files: ProjectFiles,
) -> None:
    files = {"src/app/__init__.py": "from .m import f\n", "src/app/m.py": spec()}
    digests = set()
    for dep in ("'app.m:f'", "'app.m.f'", "'app:f'", "'app.f'"):
        root = project_files({**files, "src/app/n.py": spec("g", deps=f"deps=[{dep}]", above="# app")})
        project = load(root)
        assert project.dag["app.n"] == {"app.m"}
        digests.add(project.digests["app.n"])
    assert len(digests) == 1


def test_an_unknown_dependency_is_a_problem_with_the_nearest_name(project_files: ProjectFiles) -> None:
    root = project_files(
        {
            "src/app/m.py": spec("slugify"),
            "src/app/n.py": spec("g", deps="deps=['app.m:slugfy']"),
            "src/app/o.py": spec("g", deps="deps=['os.path:join']"),
            "src/app/p.py": spec("h", deps="deps=['app.n:g']"),
        }
    )
    project = load(root)
    assert problems(project) == {
        "app.n": "src/app/n.py:3: g: deps: there is no spec 'app.m:slugfy'",
        "app.o": "src/app/o.py:3: g: deps: there is no spec 'os.path:join'",
    }
    assert project.problems["app.n"].hint == "did you mean 'app.m:slugify'?"
    assert "@jaunt.magic" in (project.problems["app.o"].hint or "")
    assert project.dag["app.p"] == {"app.n"}


def test_a_handwritten_function_may_be_named_and_is_no_edge(project_files: ProjectFiles) -> None:
    root = project_files({"src/m.py": spec("f", deps="deps=[helper]", above="def helper(): ...")})
    project = load(root)
    assert problems(project) == {}
    assert project.graph == {"m:f": set()}


def test_what_is_neither_a_spec_nor_written_by_hand_is_a_problem(project_files: ProjectFiles) -> None:
    root = project_files({"src/m.py": spec("f", deps="deps=['m:helpr']", above="def helper(): ...")})
    assert problems(load(root)) == {"m": "src/m.py:3: f: deps: there is no spec 'm:helpr'"}


# ----------------------------------------------------------------------------------------------------
# Problems


def test_a_broken_module_blocks_its_dependents_alone(project_files: ProjectFiles) -> None:
    root = project_files(
        {
            "src/app/__init__.py": "from app.bad import shown\n",
            "src/app/bad.py": "import jaunt\ndef (\n",
            "src/app/given.py": spec("f", deps="deps=['app.bad:g']"),
            "src/app/used.py": spec("f", above="from app.bad import g") + "    return g()\n",
            "src/app/through.py": spec("f", above="from app import shown") + "    return shown()\n",
            "src/app/higher.py": spec("f", deps="deps=['app.given:f']"),
            "src/app/own.py": spec("f", deps="infer_deps=False", above="from app.bad import g") + "    return g()\n",
            "src/app/free.py": spec("f"),
        }
    )
    project = load(root)
    assert list(project.problems) == ["app.bad"]
    assert {name: deps for name, deps in project.dag.items() if deps} == {
        "app.given": {"app.bad"},
        "app.used": {"app.bad"},
        "app.through": {"app.bad"},
        "app.higher": {"app.given"},
    }


def test_modules_in_a_cycle_are_a_problem_and_the_rest_has_digests(project_files: ProjectFiles) -> None:
    files = {
        "src/a.py": spec("f", deps="deps=['b:f']"),
        "src/b.py": spec("f", deps="deps=['c:f']"),
        "src/c.py": spec("f", deps="deps=['a:f']"),
        "src/free.py": spec("f"),
        "src/higher.py": spec("f", deps="deps=['a:f', 'free:f']"),
        "src/lower.py": spec("f"),
    }
    project = load(project_files(files))
    assert set(project.problems) == {"a", "b", "c"}
    (message,) = {error.message.replace(f"{project.root}/src/", "") for error in project.problems.values()}
    path, _, edges = message.removeprefix("dependency cycle: ").partition(": ")
    assert path in {"a -> b -> c -> a", "b -> c -> a -> b", "c -> a -> b -> c"}
    assert sorted(edges.split("; ")) == [f"{name}.py:3: f names f in deps=" for name in "abc"]
    assert all(isinstance(error, JauntDependencyCycleError) and error.hint for error in project.problems.values())
    assert project.dag["higher"] == {"a", "free"}
    assert all(len(digest) == 64 for digest in project.digests.values())


def test_two_modules_whose_different_specs_refer_to_each_other_are_a_cycle(
    project_files: ProjectFiles,
) -> None:
    root = project_files(
        {
            "src/a.py": spec("one", deps="deps=['b:one']") + spec("two"),
            "src/b.py": spec("one") + spec("two", deps="deps=['a:two']"),
        }
    )
    assert set(load(root).problems) == {"a", "b"}


def test_specs_of_one_module_may_refer_to_each_other(project_files: ProjectFiles) -> None:
    root = project_files({"src/m.py": spec("one", deps="deps=['m:two']") + spec("two", deps="deps=['m:one']")})
    project = load(root)
    assert (project.problems, project.dag) == ({}, {"m": set()})
    assert len({*project.spec_digests.values()}) == 2


def test_a_broken_test_module_is_of_kind_test(project_files: ProjectFiles) -> None:
    root = project_files({"tests/test_m.py": "import jaunt\n(", "src/m.py": "import jaunt\n("})
    project = load(root)
    assert (project.modules_of("build"), project.modules_of("test")) == (["m"], ["tests.test_m"])


def test_every_kind_of_bad_file_is_one_line_that_names_it(project_files: ProjectFiles) -> None:
    root = project_files(
        {
            "src/syntax.py": "import jaunt\ndef (\n",
            "src/bytes.py": b"import jaunt\nx = '\xe9'\n",
            "src/mixed.py": spec() + spec("test_g").replace("magic", "test"),
            "src/twice.py": spec(),
            "src/twice/__init__.py": "",
            "src/nested.py": "import jaunt\ndef g():\n    @jaunt.magic\n    def f(): ...\n",
            "src/fine.py": spec(),
        }
    )
    found = problems(load(root))
    assert set(found) == {"syntax", "bytes", "mixed", "twice", "nested"}
    for name, message in found.items():
        assert f"src/{name}.py" in message
        assert "\n" not in message


# ----------------------------------------------------------------------------------------------------
# Decorator arguments that only an import can tell


def test_arguments_that_need_an_import_are_got_from_a_child(project_files: ProjectFiles) -> None:
    root = project_files(
        {
            "src/app/m.py": spec("f"),
            "src/app/n.py": spec(
                "g", deps="prompt=f'{1 + 1}', deps=find()", above="from app.m import f\nfind = lambda: [f]"
            ),
        }
    )
    project = load(root)
    assert project.problems == {}
    (entry,) = (e for e in project.specs.values() if e.module == "app.n")
    assert (entry.decorator_kwargs["prompt"], entry.decorator_kwargs["deps"]) == ("2", ["app.m:f"])
    assert project.dag["app.n"] == {"app.m"}


def test_such_an_argument_counts_like_any_other(project_files: ProjectFiles) -> None:
    dynamic = load(project_files({"src/m.py": spec("f", deps="prompt=f'{1 + 1}'")})).digests
    literal = load(project_files({"src/m.py": spec("f", deps="prompt='2'")})).digests
    other = load(project_files({"src/m.py": spec("f", deps="prompt=f'{1 + 2}'")})).digests
    assert dynamic == literal != other


@pytest.mark.parametrize(
    ("line", "place", "reason"),
    [
        ("1 / 0", "src/m.py:2", "ZeroDivisionError: division by zero"),
        ("import os; os._exit(5)", "src/m.py", "ended the process (exit code 5)"),
        ("import no_such_thing", "src/m.py:2", "ModuleNotFoundError: No module named 'no_such_thing'"),
    ],
)
def test_a_module_whose_arguments_cannot_be_got_is_a_problem(
    line: str, place: str, reason: str, project_files: ProjectFiles
) -> None:
    root = project_files({"src/m.py": spec("f", deps="prompt=f'{1}'", above=line), "src/n.py": spec("f")})
    project = load(root)
    assert problems(project) == {"m": f"{place}: cannot be imported to read f'{{1}}': {reason}"}
    assert project.digests.keys() == {"m", "n"}


def test_an_argument_of_a_wrong_type_is_a_problem(project_files: ProjectFiles) -> None:
    root = project_files({"src/m.py": spec("f", deps="prompt=len('abc')")})
    assert problems(load(root)) == {"m": "src/m.py:4: f: prompt must be a string, not 3"}


# ----------------------------------------------------------------------------------------------------
# Targets


def test_a_target_is_a_module_a_spec_or_a_file(project_files: ProjectFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project_files({"src/app/m.py": spec("f"), "src/app/n.py": spec("f")})
    project = load(root)
    monkeypatch.chdir(root / "src")
    for target in [
        "app.m",
        "app.m:f",
        "app/m.py",
        "./app/m.py",
        "src/app/m.py",
        str(root / "src" / "app" / "m.py"),
    ]:
        assert select_targets(project, [target]) == {"app.m"}
    assert select_targets(project, ["app.m", "app.n:f", "app.m"]) == {"app.m", "app.n"}
    assert select_targets(project, []) == set()


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("app.slog", "did you mean 'app.slug'?"),
        ("app.slug:slugfy", "did you mean 'app.slug:slugify'?"),
        ("app.slug:", "did you mean 'app.slug:slugify'?"),
        ("slugify", "did you mean 'app.slug:slugify'?"),
        ("app.slug.slugify", "did you mean 'app.slug:slugify'?"),
        ("sluggify", "did you mean 'app.slug:slugify'?"),
        ("Words", "did you mean 'app.one:Words' or 'app.two:Words'?"),
        ("", "`jaunt status` lists the modules"),
        ("something.else.altogether", "`jaunt status` lists the modules"),
        ("src/app/slog.py", "did you mean 'src/app/slug.py'?"),
    ],
)
def test_an_unknown_target_is_an_error_with_the_nearest_name(
    target: str, hint: str, project_files: ProjectFiles
) -> None:
    words = {f"src/app/{name}.py": spec("Words") for name in ("one", "two")}
    project = load(project_files({"src/app/slug.py": spec("slugify"), **words}))
    with pytest.raises(JauntConfigError) as caught:
        select_targets(project, [target])
    assert caught.value.message == f"unknown target {target!r}"
    assert caught.value.hint == hint


def test_a_broken_module_may_be_a_target(project_files: ProjectFiles) -> None:
    project = load(project_files({"src/m.py": "import jaunt\n("}))
    assert select_targets(project, ["m", "m:f"]) == {"m"}
