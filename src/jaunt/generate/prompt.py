"""From a context to the messages that a model is sent: Markdown templates with `{{placeholders}}`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from jaunt.config import PromptsConfig
from jaunt.errors import JauntConfigError
from jaunt.generate.base import ModuleSpecContext
from jaunt.spec_ref import module_of
from jaunt.validation import compile_check

DEPENDENCY_CODE_LIMIT = 24_000
"""The most characters of dependencies' generated code in one prompt."""

_PROMPTS = Path(__file__).resolve().parent.parent / "prompts"
_FENCE = re.compile(r"^(`{3,})[^\n`]*\n", re.MULTILINE)
_MOST_FENCES = 50  # an answer that is all fences must not take for ever
_PLACEHOLDER = re.compile(r"\{\{\s*(?P<name>[a-z_]+)\s*\}\}")
_SLOT = re.compile(rf"(?P<start>^)?{_PLACEHOLDER.pattern}(?P<gap>\n*)", re.MULTILINE)


@dataclass(frozen=True)
class Message:
    """One message of a conversation; `role` is "system" or "user"."""

    role: str
    content: str


@dataclass(frozen=True)
class Templates:
    """The text of each template by name: `build_system`, `build_module`, `test_system`, `test_module`."""

    texts: Mapping[str, str]


def load_templates(config: PromptsConfig | None = None, *, root: Path | None = None) -> Templates:
    """Read the templates that come with jaunt, or in their place the files below `root` that `config` names.

    Raises JauntConfigError for a file that can't be read, or that has a placeholder which doesn't exist.
    """
    texts = {}
    for name in ("build_system", "build_module", "test_system", "test_module"):
        chosen = getattr(config, name, "") if config else ""
        path = (root or Path()) / chosen if chosen else _PROMPTS / f"{name}.md"
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise JauntConfigError(f"prompts.{name}: {path}: cannot be read: {error}") from error
        unknown = sorted(set(_PLACEHOLDER.findall(texts[name])) - set(_values(_EMPTY, ())))
        if unknown:
            raise JauntConfigError(
                f"{path}: unknown placeholder {{{{{unknown[0]}}}}}",
                hint=f"known are {', '.join(sorted(_values(_EMPTY, ())))}",
            )
    return Templates(texts)


def render_messages(
    ctx: ModuleSpecContext, templates: Templates, *, errors: Sequence[str] | None = None
) -> list[Message]:
    """Return the system and the user message for a context; `errors` are those of the attempts so far."""
    values = _values(ctx, errors or ())

    def put(match: re.Match[str]) -> str:
        value, gap = values[match["name"]], match["gap"]
        has_line = match["start"] is not None and (gap or match.end() == len(match.string))
        if not has_line or (value and not value.endswith("\n")):
            return value + gap
        return f"{value.rstrip()}\n\n" if value else ""  # a section, or one that leaves no gap

    def fill(name: str) -> str:
        # One pass: a placeholder that stands in a spec's own text stays as it is.
        return _SLOT.sub(put, templates.texts[f"{ctx.kind}_{name}"]).strip() + "\n"

    return [Message("system", fill("system")), Message("user", fill("module"))]


def extract_code(answer: str) -> str:
    """Return the source in a model's answer.

    A `<think>` part, the prose around a fenced block, CRLF and a byte order mark are removed.
    """
    text = answer.replace("\r\n", "\n").removeprefix("\ufeff")
    text = re.sub(r"\A\s*<think>.*?</think>", "", text, flags=re.DOTALL).strip("\n")
    closed, others = _fenced_blocks(text)
    blocks = list(dict.fromkeys(sorted([*closed, *others], key=len, reverse=True)))
    # A fence may stand in a docstring, of code that is itself fenced or not: what compiles tells.
    if not blocks or (not text.startswith("`") and _compiles(text)):
        code = text
    elif len(blocks) == 1:
        code = blocks[0]
    else:
        code = next(filter(_compiles, blocks), "") or max(closed, key=len, default="") or others[-1]
    return code.strip("\n") + "\n"


def _compiles(text: str) -> bool:
    return not compile_check(text, "<answer>")


def _fenced_blocks(text: str) -> tuple[list[str], list[str]]:
    """Return the fenced blocks, up to the next closing fence each; and what else they may be: longer."""
    closed, others = [], []
    for opening in islice(_FENCE.finditer(text), _MOST_FENCES):
        ends = [m.start() for m in re.finditer(rf"^{opening[1]}[ \t]*$", text[opening.end() :], re.MULTILINE)]
        rest = text[opening.end() :]
        if ends:
            closed.append(rest[: ends[0]])
        others.append(rest[: ends[-1]] if ends else rest)
    return closed, others


def _values(ctx: ModuleSpecContext, errors: Sequence[str]) -> dict[str, str]:
    prompts = [f"`{ref}`: {text}" for ref, text in ctx.decorator_prompts.items()]
    return {
        "kind": ctx.kind,
        "spec_module": ctx.spec_module,
        "generated_module": ctx.generated_module,
        "required_names": ", ".join(f"`{name}`" for name in ctx.expected_names),
        "specs": _section("The specs", (_code(source) for source in ctx.spec_sources.values())),
        "instructions": _section("Instructions for single specs", prompts),
        "handwritten": _section(
            f"The spec module `{ctx.spec_module}` as it stands; what is no spec can be imported from it",
            [_code(ctx.spec_module_source)] if ctx.spec_module_source else [],
        ),
        "dependencies": _section(
            "Dependencies: what they are, and where to import them from",
            (f"from `{module_of(ref)}`:\n\n{_code(api)}" for ref, api in ctx.dependency_apis.items()),
        ),
        "dependency_code": _section(
            "The code that was generated for the dependencies, to be read, not imported", _capped_code(ctx)
        ),
        "previous": _section(
            "The current code: keep what still fits the specs, change what doesn't",
            [_code(ctx.previous_source)] if ctx.previous_source else [],
        ),
        "errors": _section("Earlier attempts failed; correct this", ["\n".join(f"- {e}" for e in errors)]),
    }  # fmt: skip


def _section(title: str, parts: Iterable[str]) -> str:
    text = "\n\n".join(part for part in parts if part)
    return f"## {title}\n\n{text}\n" if text else ""


def _code(source: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`{3,}", source)), default=0))
    return f"{fence}python\n{source.strip()}\n{fence}"


def _capped_code(ctx: ModuleSpecContext) -> Iterable[str]:
    left = DEPENDENCY_CODE_LIMIT
    for module, source in ctx.dependency_generated_modules.items():
        if len(source) <= left:
            left -= len(source)
            yield f"for `{module}`:\n\n{_code(source)}"


_EMPTY = ModuleSpecContext("build", "", "", (), {})
