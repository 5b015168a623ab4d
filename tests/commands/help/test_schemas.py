"""The JSON Schemas are of draft 2020-12, and hold what commands print."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError
from projects import edit
from said import RunIn

from jaunt.commands import COMMANDS
from jaunt.commands.help.facts import FACTS
from jaunt.commands.help.schemas import DRAFT, schema_of_command


@pytest.mark.parametrize("command", COMMANDS)
def test_a_schema_is_one(command: str) -> None:
    schema = schema_of_command(command)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DRAFT == Draft202012Validator.META_SCHEMA["$id"]


def test_every_command_has_facts_and_all_facts_have_a_command() -> None:
    assert set(FACTS) == set(COMMANDS)


PRINTED = [
    *("build", "build --force", "build --profile --force --target app.words", "build --dry-run --force"),
    *(
        "build --dry-run",
        "test",
        "test --no-run",
        "status",
        "status app.slug",
        "status app.slug:slugify",
        "status --specs",
        "check",
        "check --verify",
        "diff",
        "diff app.slug",
    ),
    *("adopt app.plain --dry-run", "adopt app.plain"),
    *(
        "accept app.words",
        "eject app.tally --dry-run",
        "eject --all --into out",
        "eject --all --into out --dry-run",
        "eject app.tally",
        "clean --dry-run",
        "clean",
        "graph",
    ),
    *("graph --format dot", "init other", "doctor", "prompt app.slug", "store info", "store prune --keep-days 1"),
    *("example", "example textkit copy", "completion bash", "completion --names app", "help", "help limits"),
    *("help -k merge", "help json build", "timings", "agent instructions"),
]


def validate(facts: dict[str, object]) -> None:
    Draft202012Validator(schema_of_command(str(facts["command"]))).validate(facts)


@pytest.mark.parametrize("line", PRINTED)
def test_what_a_command_prints_is_as_its_schema_says(
    built_shop: Path, run_in: RunIn, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built_shop)
    if line.startswith(("diff", "timings")):
        edit(built_shop / "src/app/words.py", "the words of", "all words of")
        assert run_in(built_shop, "build", "--force", "--no-store", "--target", "app.tally").code == 0
        line = line.replace("app.slug", "app.tally")
    if line.startswith("adopt"):
        (built_shop / "src/app/plain.py").write_text("def f() -> int:\n    return 1\n", encoding="utf-8")
    if line.startswith("accept"):
        edit(built_shop / "src/app/__generated__/words.py", "lower()", "casefold()")
    facts = run_in(built_shop, *line.split(), "--json").facts
    assert facts["ok"], facts
    validate(facts)


@pytest.mark.parametrize("line", ["status", "check", "build", "status nope", "help nope", "diff"])
def test_of_what_failed_the_schema_holds_too(tmp_path: Path, run_in: RunIn, line: str) -> None:
    facts = run_in(tmp_path, *line.split(), "--json").facts
    assert not facts["ok"]
    validate(facts)


def test_drift_and_orphans_are_as_the_schema_says(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / "src/app/words.py", "the words of", "all words of")
    (built_shop / "src/app/tally.py").unlink()
    for line in ("check", "status", "status app.words", "clean --orphans --dry-run"):
        facts = run_in(built_shop, *line.split(), "--json").facts
        validate(facts)
        assert "tally" in json.dumps(facts) or line == "status app.words"


@pytest.mark.parametrize(
    "broken", [{"modules": 3}, {"modules": [{"module": "m"}]}, {"orphans": None}, {"problems": [1]}, {"exit_code": "0"}]
)
def test_what_is_not_as_it_says_is_refused(built_shop: Path, run_in: RunIn, broken: dict[str, object]) -> None:
    facts = run_in(built_shop, "status", "--json").facts
    with pytest.raises(ValidationError):
        validate({**facts, **broken})
