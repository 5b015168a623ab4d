"""Prompts: what a model is told of a module, and the code that is taken out of its answer."""

from pathlib import Path
from typing import Any

import pytest

from jaunt.config import PromptsConfig
from jaunt.errors import JauntConfigError
from jaunt.generate.base import ModuleSpecContext
from jaunt.generate.prompt import (
    DEPENDENCY_CODE_LIMIT,
    Message,
    Templates,
    load_templates,
    render_messages,
)
from jaunt.spec_ref import SpecRef

WHOLE = "{{specs}}|{{dependencies}}|{{dependency_code}}|{{previous}}|{{handwritten}}|{{instructions}}|{{errors}}"


def context(**changes: Any) -> ModuleSpecContext:
    fields: dict[str, Any] = {
        "kind": "build",
        "spec_module": "app.slug",
        "generated_module": "app.__generated__.slug",
        "expected_names": ["slugify", "unslug"],
        "spec_sources": {
            SpecRef("app.slug:slugify"): "def slugify(text): ...",
            SpecRef("app.slug:unslug"): "def unslug(): ...",
        },
    }
    return ModuleSpecContext(**{**fields, **changes})


def templates(module: str, system: str = "Be good.", *, dependency_code: bool = False) -> Templates:
    names = {"build_system": system, "build_module": module, "test_system": system, "test_module": module}
    return Templates(names, dependency_code)


def render(ctx: ModuleSpecContext, module: str = WHOLE, errors: list[str] | None = None) -> str:
    return render_messages(ctx, templates(module), errors=errors)[1].content


# ----------------------------------------------------------------------------------------------------
# Messages


def test_a_retry_is_shown_the_candidate_that_had_the_errors() -> None:
    told = render(context(rejected_source="def slugify(): WRONG\n"), "{{errors}}", errors=["E1", "E2"])
    assert "- E1\n- E2\n" in told
    assert told.rstrip().endswith("```python\ndef slugify(): WRONG\n```")
    assert "```" not in render(context(), "{{errors}}", errors=["E1"])


def test_a_candidate_that_was_far_too_long_is_not_sent_back() -> None:
    told = render(context(rejected_source="x = 1\n" * 100_000), "{{errors}}", errors=["too long"])
    assert "- too long" in told
    assert len(told) < 1000


def test_a_candidate_that_is_no_unicode_can_be_sent_back() -> None:
    assert "'?'" in render(context(rejected_source="A = '\ud800'"), "{{errors}}", errors=["E"]).encode().decode()


@pytest.mark.parametrize("kind", ["build", "test"])
def test_the_built_in_prompt_tells_all_that_a_context_holds(kind: str) -> None:
    ctx = context(
        kind=kind,
        decorator_prompts={SpecRef("app.slug:slugify"): "INSTRUCTION"},
        dependency_apis={SpecRef("app.words:split"): "def split(API): ..."},
        handwritten_source="HANDWRITTEN = 1",
        previous_source="PREVIOUS = 1",
    )
    system, user = render_messages(ctx, load_templates(), errors=["ERROR one", "ERROR two"])
    assert (system.role, user.role) == ("system", "user")
    told = [
        *(["`slugify`, `unslug`"] if kind == "build" else []),
        "def slugify(text): ...",
        "def unslug(): ...",
        "INSTRUCTION",
        "def split(API): ...",
        "`from app.words import split`",
        "`from app.slug import NAME`",
        "HANDWRITTEN = 1",
        "PREVIOUS = 1",
        "- ERROR one\n- ERROR two",
        "`app.slug`",
        "app.__generated__.slug",
    ]
    assert [text for text in told if text not in user.content] == []
    assert "{{" not in system.content + user.content


@pytest.mark.parametrize("kind", ["build", "test"])
def test_a_prompt_does_not_name_jaunt(kind: str) -> None:
    system, user = render_messages(context(kind=kind, handwritten_source="A = 1"), load_templates(), errors=["E"])
    assert "jaunt" not in system.content + user.content
    assert "magic" not in system.content + user.content


@pytest.mark.parametrize("kind", ["build", "test"])
def test_what_belongs_together_is_one_block_and_nothing_is_said_twice(kind: str) -> None:
    ctx = context(
        kind=kind,
        handwritten_source='"""About slugs."""\n\nfrom app.words import split\n',
        decorator_prompts={"app.slug:slugify": "Be quick.", "app.slug:unslug": "Be quick.", "app.slug:x": "Be slow."},
        dependency_apis={"app.words:split": "def split(): ...", "app.b:c": "", "app.words:join": "def join(): ..."},
        outer_decorators={"app.slug:slugify": "@cache"},
    )
    user = render_messages(ctx, load_templates())[1].content
    assert '## The specs\n\n```python\n"""About slugs."""\n\ndef slugify(text): ...\n```\n\n`app.slug` itself' in user
    assert "```python\ndef unslug(): ...\n```\n" in user
    assert "`app.slug:slugify`, `app.slug:unslug`: Be quick.\n\n`app.slug:x`: Be slow.\n" in user
    assert "`from app.words import split, join`\n\n```python\ndef split(): ...\n\ndef join(): ...\n```\n" in user
    assert "import NAME" not in user  # there is nothing to import
    names = "the standard library and" if kind == "build" else "the standard library, pytest and"
    assert f"\nImport from {names} the modules shown below.\n" in user


def test_specs_and_dependencies_are_shown_without_what_makes_them_specs() -> None:
    spec, api = SpecRef("app.slug:slugify"), SpecRef("app.words:split")
    ctx = context(
        spec_sources={spec: "@m\ndef slugify(): ..."},
        dependency_apis={api: "@m\ndef split(): ...", "app.words:join": "def join(): ..."},
        plain_sources={spec: "def slugify(): ...", api: "def split(): ..."},
    )
    user = render_messages(ctx, load_templates())[1].content
    assert user.count("def ") == 3
    assert "@m" not in user


def test_the_generated_code_of_dependencies_is_shown_to_a_build_that_wants_it() -> None:
    ctx = context(dependency_generated_modules={"app.words": "WORDS = 1\n"})
    wanted = load_templates(PromptsConfig(dependency_code=True))
    assert "for `app.words`:\n\n```python\nWORDS = 1\n```" in render_messages(ctx, wanted)[1].content
    for chosen in (load_templates(), load_templates(PromptsConfig())):
        assert "WORDS" not in render_messages(ctx, chosen)[1].content


@pytest.mark.parametrize("kind", ["build", "test"])
def test_what_is_written_by_hand_in_other_modules_is_shown_with_the_import(kind: str) -> None:
    ctx = context(
        kind=kind,
        world={"from app.models import Invoice": "class Invoice:\n    number: str"},
        left_out=["app.models:Huge", "app.other:Vast"],
        importable=["app.models", "app.hidden", "app.other"],
        dependency_apis={"app.words:split": "def split(): ...", "app.models:sum_of": "def sum_of(): ..."},
    )
    user = render_messages(ctx, load_templates())[1].content
    models = "class Invoice:\n    number: str\n\ndef sum_of(): ..."
    assert f"`from app.models import Invoice, sum_of`\n\n```python\n{models}\n```" in user
    assert "Left out here, as it would be too much: `app.models.Huge`, `app.other.Vast`." in user
    assert "the modules shown below and these: `app.hidden`, `app.other`.\n" in user


def test_names_that_all_stand_below_are_not_listed_before_them() -> None:
    code = "\n\n".join(f"class {name}: ..." for name in "ABCDE")
    ctx = context(world={"from app.models import A, B, C, D, E": code, "from app.own import F, G, H, I, J": "_x = 1"})
    user = render_messages(ctx, load_templates())[1].content
    assert f"`from app.models import NAME`\n\n```python\n{code}\n```" in user
    assert "`from app.own import F, G, H, I, J`\n\n```python\n_x = 1\n```" in user


def test_a_stub_is_shown_without_the_dots_below_its_docstring() -> None:
    methods = '    def f(self):\n        """F."""\n        ...\n\n    def g(self): ...'
    source = f'class A:\n    """A\n    ...\n    """\n\n{methods}'
    told = render(context(spec_sources={SpecRef("app.slug:A"): source}), "{{specs}}")
    assert source.replace('F."""\n        ...', 'F."""') in told


@pytest.mark.parametrize(
    ("handwritten", "left"),
    [
        ("from app.models import Invoice", ""),
        ("from __future__ import annotations\nfrom app.models import Invoice\nfrom app.words import split", ""),
        ("from app.models import (\n    Invoice,\n    Line,\n)\n\nRATE = 3", "\nRATE = 3\n"),
        ('"""Words."""\n\nfrom app.models import Line\nRATE = 3', '"""Words."""\n\nRATE = 3\n'),
        ("from app.models import Invoice as I", "from app.models import Invoice as I\n"),
        ("from app.models import Invoice, Hidden", "from app.models import Invoice, Hidden\n"),
        ("from .models import Invoice\nimport re", "from .models import Invoice\nimport re\n"),
    ],
)
def test_imports_of_what_other_sections_show_are_told_once(handwritten: str, left: str) -> None:
    ctx = context(
        world={"from app.models import Invoice, Line": "class Invoice: ..."},
        dependency_apis={"app.words:split": "def split(): ..."},
        handwritten_source=handwritten,
    )
    told = render(ctx, "{{handwritten}}")
    assert left in told
    assert ("import Invoice" in told) == ("import Invoice" in left)
    assert bool(left) == ("## Written by hand" in told)


def test_a_module_that_needs_nothing_is_told_to_import_the_standard_library_alone() -> None:
    assert "\nImport from the standard library alone.\n" in render_messages(context(), load_templates())[1].content
    own = render_messages(context(handwritten_source="A = 1"), load_templates())[1].content
    assert "\nImport from the standard library and the modules shown below.\n" in own


def test_what_there_is_nothing_of_leaves_no_heading() -> None:
    assert render(context(spec_sources={})) == "||||||\n"
    assert render_messages(context(), load_templates())[1].content.count("## ") == 1


def test_each_kind_has_templates_of_its_own() -> None:
    own = Templates({"build_system": "a", "build_module": "b", "test_system": "c", "test_module": "d"})
    assert render_messages(context(), own) == [Message("system", "a\n"), Message("user", "b\n")]
    assert render_messages(context(kind="test"), own) == [Message("system", "c\n"), Message("user", "d\n")]


def test_a_placeholder_in_a_specs_own_text_stays_as_it_is() -> None:
    ctx = context(spec_sources={SpecRef("app.slug:f"): "x = '{{errors}} {{nothing}} \\1'"})
    assert "x = '{{errors}} {{nothing}} \\1'" in render(ctx, errors=["E"])


def test_blank_lines_of_a_spec_stay_as_they_are() -> None:
    source = 'def f():\n    """A\n\n\n\n    B"""\n\n\n\nx = 1'
    assert source in render(context(spec_sources={SpecRef("app.slug:f"): source}), "{{specs}}\n{{errors}}\n")
    assert "\n\n\n" not in render_messages(context(previous_source="x = 1"), load_templates())[1].content


@pytest.mark.parametrize("ticks", ["```", "````", "``````"])
def test_code_that_holds_a_fence_is_put_in_a_longer_one(ticks: str) -> None:
    source = f'def f():\n    """\n{ticks}\nx\n{ticks}\n    """'
    assert f"{ticks}`python\n{source}\n{ticks}`" in render(context(spec_sources={SpecRef("a:f"): source}), "{{specs}}")


def test_generated_code_of_dependencies_is_left_out_where_it_gets_too_much() -> None:
    modules = {"a": "A" * 1_000, "b": "B" * DEPENDENCY_CODE_LIMIT, "c": "C" * 1_000}
    shown = templates("{{dependency_code}}", dependency_code=True)
    text = render_messages(context(dependency_generated_modules=modules), shown)[1].content
    assert ("A" * 1_000 in text, "BB" in text, "C" * 1_000 in text) == (True, False, True)


# ----------------------------------------------------------------------------------------------------
# Templates


def test_a_projects_own_template_takes_the_built_in_ones_place(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("Write {{ required_names }}, ünïcode.")
    loaded = load_templates(PromptsConfig(build_module="mine.md"), root=tmp_path)
    assert render_messages(context(), loaded)[1].content == "Write `slugify`, `unslug`, ünïcode.\n"
    assert loaded.texts["build_system"] == load_templates().texts["build_system"]


def test_an_unknown_placeholder_is_an_error_that_lists_the_known(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("{{ specs }} {{ spec }}")
    with pytest.raises(JauntConfigError, match=r"mine\.md: unknown placeholder \{\{spec\}\}") as caught:
        load_templates(PromptsConfig(test_module="mine.md"), root=tmp_path)
    assert "specs" in (caught.value.hint or "")


def test_a_template_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "bytes.md").write_bytes(b"\xff")
    for name in ("gone.md", "bytes.md", "."):
        with pytest.raises(JauntConfigError, match=r"^prompts\.build_system: .*: cannot be read: "):
            load_templates(PromptsConfig(build_system=name), root=tmp_path)


def test_a_retry_states_the_task_again_as_its_last_line() -> None:
    *_, last = render_messages(context(), load_templates(), errors=["attempt 1: E"])[1].content.splitlines()
    assert last == "Write all of `app.__generated__.slug` again: `slugify`, `unslug`."
    assert "again" not in render_messages(context(), load_templates())[1].content


@pytest.mark.parametrize("kind", ["build", "test"])
def test_a_small_model_gets_one_line_of_rules_one_worked_example_and_the_specs(kind: str) -> None:
    ctx = context(kind=kind, handwritten_source="LIMIT = 3", rejected_source="def slugify(): WRONG\n")
    messages = render_messages(ctx, load_templates(style="small"), errors=["line 1: E1"])
    assert [message.role for message in messages] == ["system", "user", "assistant", "user"]
    system, question, answer, asked = (message.content for message in messages)
    assert system.count("\n") == 1
    assert ">>> initials" in question or "`initials(" in question
    assert answer.startswith("```python\n") and answer.endswith("```\n")
    assert all(text in asked for text in ("def slugify(text): ...", "LIMIT = 3", "line 1: E1"))
    full = render_messages(ctx, load_templates(), errors=["line 1: E1"])
    assert sum(len(m.content) for m in messages) < sum(len(m.content) for m in full) * 0.75


def test_a_small_model_is_told_of_dependencies_in_short(tmp_path: Path) -> None:
    method = '    def size(self) -> int:\n        """Count.\n\n        All."""\n'
    api = f'class Row:\n    """A row.\n\n    More of it.\n    """\n\n{method}'
    ctx = context(dependency_apis={SpecRef("app.row:Row"): api})
    asked = render_messages(ctx, load_templates(style="small"))[-1].content
    assert all(text in asked for text in ("class Row:", '"""A row."""', "def size(self) -> int:", '"""Count."""'))
    assert "More of it" not in asked and "All." not in asked


def test_templates_of_ones_own_take_the_place_of_a_style_s(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("Mine: {{specs}}")
    texts = load_templates(PromptsConfig(build_module="mine.md"), root=tmp_path, style="small").texts
    assert texts["build_module"] == "Mine: {{specs}}"
    assert texts["build_system"].startswith("You write the Python code that stubs ask for")
