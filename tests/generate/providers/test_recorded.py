"""The provider `recorded`: each answer is bound to its contract; the rest of the path is real."""

import asyncio
import dataclasses
from pathlib import Path

import pytest

from jaunt.config import JauntConfig, LLMConfig
from jaunt.errors import JauntConfigError, JauntGenerationError
from jaunt.generate.base import ModuleSpecContext
from jaunt.generate.providers.choice import make_backend
from jaunt.generate.providers.recorded import RecordedBackend, format_recording, recording_path
from jaunt.spec_ref import SpecRef

CODE = "def slugify():\n    return 1\n"
CONTEXT = ModuleSpecContext(
    kind="build",
    spec_module="app.slug",
    generated_module="app.__generated__.slug",
    expected_names=["slugify"],
    spec_sources={SpecRef("app.slug:slugify"): "def slugify(): ..."},
    module_digest="ab" * 32,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a recording of CODE that answers CONTEXT."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    recording_path(folder, "app.slug").write_text(format_recording(CONTEXT, CODE), encoding="utf-8")
    return folder


def ask(folders: list[Path], ctx: ModuleSpecContext = CONTEXT) -> str:
    return asyncio.run(RecordedBackend(folders).generate_module(ctx))


def test_a_recording_is_a_readable_file_bound_to_its_contract(folder: Path) -> None:
    assert (folder / "app.slug.py").read_text() == (
        "# A recorded answer, replayed by jaunt.\n"
        "# jaunt:kind=build\n"
        "# jaunt:source_module=app.slug\n"
        f"# jaunt:module_digest=sha256:{'ab' * 32}\n"
        "\n" + CODE
    )
    assert ask([folder]) == CODE


def test_the_recorded_text_is_read_like_a_models_answer(folder: Path) -> None:
    text = format_recording(CONTEXT, f"Here it is:\n\n```python\n{CODE}```\n")
    (folder / "app.slug.py").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert ask([folder]) == CODE


@pytest.mark.parametrize("change", [{"module_digest": "cd" * 32}, {"module_digest": ""}, {"kind": "test"}])
def test_a_contract_that_changed_is_an_error_that_names_the_module(change: dict[str, str], folder: Path) -> None:
    with pytest.raises(JauntGenerationError) as caught:
        ask([folder], dataclasses.replace(CONTEXT, **change))
    assert caught.value.message == f"app.slug: its contract has changed since {folder / 'app.slug.py'} was recorded"
    assert caught.value.hint


@pytest.mark.parametrize("damage", ["", CODE, "# A recorded answer, replayed by jaunt.\n\n" + CODE])
def test_a_file_without_a_whole_binding_is_no_recording(damage: str, folder: Path) -> None:
    (folder / "app.slug.py").write_text(damage)
    with pytest.raises(JauntGenerationError, match=r"^app\.slug: its contract has changed since"):
        ask([folder])


def test_a_module_that_was_not_recorded_is_an_error_that_names_it(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(JauntGenerationError) as caught:
        ask([tmp_path, folder], dataclasses.replace(CONTEXT, spec_module="app.other"))
    assert caught.value.message == f"app.other: there is no recording of it in {tmp_path}, {folder}"


def test_a_recording_that_is_no_text_is_an_error_that_names_it(folder: Path) -> None:
    path = folder / "app.slug.py"
    path.write_bytes(path.read_bytes() + b"\xff")
    with pytest.raises(JauntGenerationError, match=r"^app\.slug: .*app\.slug\.py cannot be read: "):
        ask([folder])


def test_the_first_folder_that_has_a_module_answers(folder: Path, tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    assert ask([first, folder]) == CODE
    recording_path(first, "app.slug").write_text(format_recording(CONTEXT, "def slugify(): ...\n"))
    assert ask([first, folder]) == "def slugify(): ...\n"


def test_a_folder_that_is_missing_is_an_error_at_once(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folders in ([folder, tmp_path / "gone"], [tmp_path / "file"], []):
        with pytest.raises(JauntConfigError, match=r"^llm\.recordings: no such folder: ") as caught:
            RecordedBackend(folders)
        assert caught.value.hint


def test_an_answer_that_is_wrong_fails_its_checks_like_any_other(folder: Path) -> None:
    (folder / "app.slug.py").write_text(format_recording(CONTEXT, "def other(): ...\n"))
    result = asyncio.run(RecordedBackend([folder]).generate_with_retry(CONTEXT, max_attempts=1))
    assert (result.source, result.attempts) == (None, 1)
    assert "slugify" in result.errors[0]


def test_the_configuration_names_folders_below_the_root(folder: Path, tmp_path: Path) -> None:
    config = JauntConfig(llm=LLMConfig(provider="recorded", recordings=["recordings"]), root=tmp_path)
    backend = make_backend(config)
    assert asyncio.run(backend.generate_module(CONTEXT)) == CODE
    with pytest.raises(JauntConfigError, match="no such folder"):
        make_backend(JauntConfig(llm=LLMConfig(provider="recorded", recordings=["gone"]), root=tmp_path))


def test_no_provider_and_an_unknown_one_are_errors_with_a_hint(tmp_path: Path) -> None:
    for provider, message, hint in [
        (None, "no provider is configured", "recorded"),
        ("recorder", "unknown provider 'recorder'", "did you mean 'recorded'?"),
        ("xyzzy", "unknown provider 'xyzzy'", "recorded"),
    ]:
        with pytest.raises(JauntConfigError, match=message) as caught:
            make_backend(JauntConfig(llm=LLMConfig(provider=provider), root=tmp_path))
        assert hint in (caught.value.hint or "")
