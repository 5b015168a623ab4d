"""The provider that answers from a folder of recordings: one readable file a module, bound to a contract.

A recording is the text that a model once gave, below a few comment lines:

    # A recorded answer, replayed by jaunt.
    # jaunt:kind=build
    # jaunt:source_module=app.slug
    # jaunt:module_digest=sha256:<64 hex>
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from jaunt import codes
from jaunt.config import JauntConfig
from jaunt.errors import JauntConfigError, JauntGenerationError
from jaunt.generate.base import ModuleSpecContext
from jaunt.generate.model import Answer, ModelBackend, Request
from jaunt.generate.prompt import Templates
from jaunt.generate.providers.provider import Usable
from jaunt.header import header_fields, split_header

KEY_VARIABLE = ""

SETTINGS = """\
provider = "recorded" # the answers that `jaunt build --record DIR` kept, again; no key, no network
recordings = "recordings" # the folder of such a DIR
"""

RECORDING_MARKER = "# A recorded answer, replayed by jaunt."


class RecordedBackend(ModelBackend):
    """Answers from `<folder>/<spec module>.py`, the first of `folders` that has it."""

    is_free = True

    def __init__(self, folders: Sequence[Path], templates: Templates | None = None) -> None:
        super().__init__(templates)
        missing = [str(folder) for folder in folders if not folder.is_dir()]
        if missing or not folders:
            raise JauntConfigError(
                f"llm.recordings: no such folder: {', '.join(missing) or '(none given)'}",
                hint='name the folder of recorded answers: recordings = "recordings"',
                code=codes.NO_RECORDING,
            )
        self.folders = list(folders)

    async def complete(self, request: Request) -> Answer:
        """Return the recorded text; raises JauntGenerationError if there is none for this very contract."""
        ctx = request.context
        path = next((p for p in (recording_path(f, ctx.spec_module) for f in self.folders) if p.is_file()), None)
        if path is None:
            raise JauntGenerationError(
                f"{ctx.spec_module}: there is no recording of it in {', '.join(map(str, self.folders))}",
                hint="choose a provider that writes new code, in [llm]",
                code=codes.NO_RECORDING,
            )
        try:
            lines, text = split_header(path.read_text(encoding="utf-8"), marker=RECORDING_MARKER)
        except (OSError, UnicodeDecodeError) as error:
            raise JauntGenerationError(
                f"{ctx.spec_module}: its recording {path} cannot be read: {error}",
                hint="restore the file",
                code=codes.NO_RECORDING,
            ) from error
        digests = (ctx.module_digest, *ctx.earlier_digests)
        if header_fields(lines) not in [_fields(replace(ctx, module_digest=digest)) for digest in digests]:
            raise JauntGenerationError(
                f"{ctx.spec_module}: its contract has changed since {path} was recorded",
                hint="undo the change, or choose a provider that writes new code, in [llm]",
                code=codes.NO_RECORDING,
            )
        return Answer(text)


def recording_path(folder: Path, module: str) -> Path:
    """Return the file of a module's recording."""
    return folder / f"{module}.py"


def format_recording(ctx: ModuleSpecContext, text: str) -> str:
    """Return the content of a recording that answers the contract of `ctx` with `text`."""
    fields = "".join(f"# jaunt:{name}={value}\n" for name, value in _fields(ctx).items())
    return f"{RECORDING_MARKER}\n{fields}\n{text}"


def _fields(ctx: ModuleSpecContext) -> dict[str, str]:
    return {
        "kind": ctx.kind,
        "source_module": ctx.spec_module,
        "module_digest": f"sha256:{ctx.module_digest}",
    }


def make_backend(config: JauntConfig, templates: Templates) -> ModelBackend:
    """Return the backend; raises JauntConfigError if a folder is missing."""
    return RecordedBackend([config.root / folder for folder in config.llm.recordings], templates)


def usable() -> Iterator[Usable]:
    """Yield nothing: only a person knows where recordings are, and of what."""
    yield from ()
