"""From a context to the messages that a model is sent: Markdown templates with `{{placeholders}}`."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from jaunt import codes
from jaunt.config import LLMConfig, PromptsConfig
from jaunt.errors import JauntConfigError
from jaunt.generate.repeated import shortened
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.paths import PACKAGE
from jaunt.process.frozen import frozen
from jaunt.spec_ref import SpecRef, code_name, import_name, module_of, qualname_of
from jaunt.syntax.candidate import MAX_BYTES
from jaunt.syntax.method_texts import REST_OF_CLASS
from jaunt.syntax.source import Definition, parse_or_none
from jaunt.text.flaw import flaws

DEPENDENCY_CODE_LIMIT = 24_000
"""The most characters of dependencies' generated code in one prompt."""

_GAP = "\n\n"
_MOST_NAMES = 4
_PRIVATE = re.compile(r"^(?:class |def |async def )?_", re.MULTILINE)
_PROMPTS = Path(PACKAGE, "generate", "prompts")
_PLACEHOLDER = re.compile(r"\{\{\s*(?P<name>[a-z_]+)\s*\}\}")
_SLOT = re.compile(rf"(?P<start>^)?{_PLACEHOLDER.pattern}(?P<gap>\n*)", re.MULTILINE)


@frozen
class Message:
    """One message of a conversation; `role` is "system", "user" or, of an example's answer, "assistant"."""

    role: str
    content: str


@frozen
class Templates:
    """The text of each template by name: `build_system`, `build_module`, `test_system`, `test_module`.

    `dependency_code` tells whether the generated code of dependencies is shown. Those of a style that begins with an
    example have it as `build_question` and `build_answer`, and for tests likewise.
    """

    texts: Mapping[str, str]
    dependency_code: bool = False


def load_templates(
    config: PromptsConfig | None = None, *, root: Path | None = None, style: str = LLMConfig.prompt_style
) -> Templates:
    """Read the templates that come with jaunt, or in their place the files below `root` that `config` names.

    `style` is that of jaunt's own: "full", or "small" for small models.
    Raises JauntConfigError for a file that can't be read, or that has a placeholder which doesn't exist.
    """
    folder = _PROMPTS / style if style != LLMConfig.prompt_style else _PROMPTS
    texts: dict[str, str] = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*_*.md"))}
    for name in ("build_system", "build_module", "test_system", "test_module"):
        chosen = getattr(config, name, "") if config else ""
        path = (root or Path()) / chosen if chosen else folder / f"{name}.md"
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise JauntConfigError(f"prompts.{name}: {path}: cannot be read: {error}", code=codes.PROMPTS) from error
        unknown = sorted(set(_PLACEHOLDER.findall(texts[name])) - set(_values(_EMPTY, ())))
        if unknown:
            raise JauntConfigError(
                f"{path}: unknown placeholder {{{{{unknown[0]}}}}}",
                hint=f"known are {', '.join(sorted(_values(_EMPTY, ())))}",
                code=codes.PROMPTS,
            )
    return Templates(texts, dependency_code=config is not None and config.dependency_code)


def require_specs(templates: Templates, config: PromptsConfig) -> None:
    """Raise JauntConfigError if the templates of a kind leave out the specs: no model could write code from them."""
    for kind in ("build", "test"):
        pair = (f"{kind}_module", f"{kind}_system")
        if not any("specs" in _PLACEHOLDER.findall(templates.texts[name]) for name in pair):
            name = next((each for each in pair if getattr(config, each)), pair[0])
            raise JauntConfigError(
                f"prompts.{name}: {getattr(config, name)} has no {{{{specs}}}}, and so the model would not see them",
                hint="put {{specs}} where they are to stand",
                code=codes.PROMPTS,
            )


def render_messages(
    ctx: ModuleSpecContext, templates: Templates, *, errors: Sequence[str] | None = None
) -> list[Message]:
    """Return the system and the user message for a context; `errors` are those of the attempts so far."""
    values = _values(ctx, errors or (), dependency_code=templates.dependency_code)

    def put(match: re.Match[str]) -> str:
        value, gap = values[match["name"]], match["gap"]
        has_line = match["start"] is not None and (gap or match.end() == len(match.string))
        if not has_line or (value and not value.endswith("\n")):
            return value + gap
        return f"{value.rstrip()}\n\n" if value else ""  # a section, or one that leaves no gap

    def fill(name: str) -> str:
        # One pass: a placeholder that stands in a spec's own text stays as it is.
        return _SLOT.sub(put, templates.texts[f"{ctx.kind}_{name}"]).strip() + "\n"

    # What is asked for, once more, as the last line: models answer what they read last.
    states_task = {*_PLACEHOLDER.findall(templates.texts[f"{ctx.kind}_module"])} & {
        "required_names",
        "generated_module",
    }
    again = f"\nWrite all of `{ctx.generated_module}` again: {values['required_names']}.\n"
    task = again if errors and states_task else ""
    system = fill("system")
    if ctx.instructions and not any(_shows_instructions(templates.texts[f"{ctx.kind}_{n}"]) for n in _PAIR):
        system += f"\n{values['project_instructions']}"
    return [Message("system", system), *_example(ctx, templates), Message("user", fill("module") + task)]


def _example(ctx: ModuleSpecContext, templates: Templates) -> Iterator[Message]:
    """Yield the worked example of the style, if it has one: what is asked, and the answer."""
    question, answer = (templates.texts.get(f"{ctx.kind}_{name}") for name in ("question", "answer"))
    if question and answer:
        yield Message("user", question)
        yield Message("assistant", answer)


_PAIR = ("system", "module")


def _shows_instructions(template: str) -> bool:
    return "project_instructions" in _PLACEHOLDER.findall(template)


def _values(ctx: ModuleSpecContext, errors: Sequence[str], *, dependency_code: bool = False) -> dict[str, str]:
    module, plain = import_name(ctx.spec_module), ctx.plain_sources
    specs = {ref: _without_dots(plain.get(ref, source)) for ref, source in ctx.spec_sources.items()}
    apis = {ref: _without_dots(plain.get(ref, api)) for ref, api in ctx.dependency_apis.items()}
    handwritten, about = _without_shown(ctx), ""
    if _is_docstring(handwritten):  # nothing to import, but what the module is about
        handwritten, about = "", handwritten.strip()
    return {
        "kind": ctx.kind,
        "spec_module": module,
        "generated_module": ctx.generated_module,
        "required_names": ", ".join(f"`{name}`" for name in ctx.expected_names),
        "specs": _section(
            "The specs", [_methods(specs), *_in_blocks(about, {text: _outer(ctx, ref) for ref, text in specs.items()})]
        ) + _kept(ctx),
        "instructions": _section("Instructions for single specs", _each_once(ctx.decorator_prompts)),
        "project_instructions": _section(
            "Instructions of the project; where a spec says otherwise, the spec counts", ctx.instructions
        ),
        "handwritten": _section(
            f"Written by hand in `{module}`: import what you use of it, don't repeat it",
            [f"`from {module} import NAME`\n\n{fenced(handwritten)}"] if handwritten else [],
        ),
        "world": _section("Written by hand in other modules, bodies left out: import what you use of it", _world(ctx))
        + _installed(ctx),
        "used": _section("Import what you use of these; bodies are left out", _used(ctx, apis)) + _installed(ctx),
        "importable": _importable(ctx, has_own=bool(handwritten)),
        "dependencies": _section(
            "Dependencies: import what you use of them",
            (f"`{line}`\n\n{fenced(api)}" for line, api in _together(apis)),
        ),
        "dependencies_in_short": _section(
            "Dependencies: import what you use of them",
            (f"`{line}`\n\n{fenced(_in_short(api))}" for line, api in _together(apis)),
        ),
        "dependency_code": _section(
            "The code that was generated for the dependencies, to be read, not imported",
            _capped_code(ctx) if dependency_code else [],
        ),
        "previous": _section(
            "The current code: keep what still fits the specs, change what doesn't"
            if not ctx.kept_sources
            else "The current code of these, with what stands beside it",
            [fenced(ctx.previous_source)] if ctx.previous_source else [],
        ),
        "errors": _section(
            "Earlier attempts failed; correct this",
            ["\n".join(f"- {e}" for e in shortened(flaws(errors))), _rejected(ctx.rejected_source) if errors else ""],
        ),
    }  # fmt: skip


def _in_blocks(about: str, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield texts as blocks of code, below what they are about; one ends where something is to be said of its last."""
    block = [about] if about else []
    for text, said in texts.items():
        block.append(text.strip())
        if said:
            yield fenced("\n\n".join(block)) + said
            block = []
    if block:
        yield fenced("\n\n".join(block))


def _each_once(prompts: Mapping[SpecRef, str] | Mapping[str, str]) -> Iterator[str]:
    """Yield the instructions for specs, each with those that have it."""
    for text in dict.fromkeys(prompts.values()):
        yield f"{_quoted(ref for ref, other in prompts.items() if other == text)}: {text}"


def _kept(ctx: ModuleSpecContext) -> str:
    """Show the specs of the module whose code stays; nothing, if the whole module is asked for."""
    title = "Specs of the module that have their code already: use them by name, and leave them out of your answer"
    section = _section(title, [fenced(text) for text in ctx.kept_sources.values()])
    return f"\n{section}" if section else ""


def _without_shown(ctx: ModuleSpecContext) -> str:
    """Return what is written by hand beside the specs, without the imports of names that other sections show."""
    shown = {f"from {module_of(SpecRef(ref))} import {qualname_of(SpecRef(ref))}" for ref in ctx.dependency_apis}
    for line in ctx.world:
        home, _, names = line.partition(" import ")
        shown |= {f"{home} import {name}" for name in names.split(", ")}
    tree = parse_or_none(ctx.handwritten_source)
    lines = dict(enumerate(ctx.handwritten_source.split("\n"), 1))
    kept = False
    for node in tree.body if tree is not None else ():
        if isinstance(node, ast.ImportFrom) and {*_each_import(node)} <= shown:
            for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                lines.pop(number, None)
        else:
            kept |= not (isinstance(node, ast.ImportFrom) and node.module == "__future__")
    return "\n".join(lines.values()).strip("\n") if kept or tree is None else ""


def _is_docstring(source: str) -> bool:
    """Return whether a module has a docstring, and nothing else."""
    tree = parse_or_none(source)
    return tree is not None and len(tree.body) == 1 and ast.get_docstring(tree) is not None


def _each_import(node: ast.ImportFrom) -> Iterator[str]:
    """Yield an import of several names as one of each."""
    for alias in node.names:
        yield f"from {'.' * node.level}{node.module or ''} import {ast.unparse(alias)}"


def _used(ctx: ModuleSpecContext, apis: Mapping[str, str]) -> Iterator[str]:
    """Yield what is written by hand in other modules, and the specs depended on, those of one module together."""
    names: dict[str, dict[str, None]] = {}
    texts: dict[str, list[str]] = {}
    for line, code in [*ctx.world.items(), *_together(apis)]:
        home, _, named = line.partition(" import ")
        names.setdefault(home, {}).update(dict.fromkeys(named.split(", ") if named else ()))
        texts.setdefault(home, []).append(code.strip())
    for home, found in texts.items():
        text = _GAP.join(found)
        named = ", ".join(names[home])
        if len(names[home]) > _MOST_NAMES and not _PRIVATE.search(text):
            named = "NAME"  # they stand below, all of them
        yield f"`{home} import {named}`\n\n{fenced(text)}" if named else f"`{home}`\n\n{fenced(text)}"
    yield from _left_out(ctx)


def _world(ctx: ModuleSpecContext) -> Iterator[str]:
    yield from (f"`{line}`\n\n{fenced(code)}" for line, code in ctx.world.items())
    yield from _left_out(ctx)


def _left_out(ctx: ModuleSpecContext) -> Iterator[str]:
    if ctx.left_out:
        yield f"Left out here, as it would be too much: {_quoted(ref.replace(':', '.') for ref in ctx.left_out)}."


def _installed(ctx: ModuleSpecContext) -> str:
    """Show what the specs name of installed packages."""
    parts = [f"`{line}`\n\n{fenced(code)}" for line, code in ctx.installed.items()]
    section = _section("Of installed packages, in short", parts)
    return f"\n{section}" if section and (ctx.world or ctx.left_out) else section


def _importable(ctx: ModuleSpecContext, *, has_own: bool) -> str:
    """Say which modules may be imported: those of which something is shown, and by their names the others.

    `has_own` tells whether the spec module itself has anything to import.
    """
    lines = [line for line in ctx.world if line.startswith("from ")]
    shown = {*(line.split(" ")[1] for line in lines), *(module_of(SpecRef(ref)) for ref in ctx.dependency_apis)}
    shown |= {import_name(ctx.spec_module)} if has_own else set()
    others = sorted({*ctx.importable}.difference(shown))
    named = ["the standard library", *(["pytest"] if ctx.kind == "test" else [])]
    named += [*(["the modules shown below"] if shown else []), *([f"these: {_quoted(others)}"] if others else [])]
    text = " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))
    return f"Import from {text}{'' if shown or others else ' alone'}."


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _outer(ctx: ModuleSpecContext, ref: str) -> str:
    """Say what the spec module puts on what is written for a spec; nothing, if that is nothing."""
    decorators = ctx.outer_decorators.get(ref)
    if not decorators:
        return ""
    return (
        f"\n\n`{import_name(ctx.spec_module)}` itself decorates your `{qualname_of(ref)}`, so that its callers get "
        f"what that makes of it. Don't repeat this:\n\n{fenced(decorators)}"
    )


def _methods(refs: Iterable[str]) -> str:
    """Say of specs that are methods what their functions are to the classes; nothing, if none of them is one."""
    methods = [name for name in map(qualname_of, map(SpecRef, refs)) if "." in name]
    if not methods:
        return ""
    name = methods[0]
    owner = name.removesuffix(".setter").removesuffix(".deleter").rpartition(".")[0]
    return (
        f"The class `{owner}` is written by hand, and calls of `{name}` run your function `{code_name(name)}`: so it "
        "is with each function here whose name has that of a class before `__`. Define those at module level, not in "
        f"a class, and without `@property` and the like. Outside of its class, `super()` is `super({owner}, self)`, "
        f"and a private `self.__x` is `self._{owner.rpartition('.')[2].lstrip('_')}__x`."
    )


def _section(title: str, parts: Iterable[str]) -> str:
    text = "\n\n".join(part for part in parts if part)
    return f"## {title}\n\n{text}\n" if text else ""


def fenced(source: str) -> str:
    """Return Python source as a block of Markdown, fenced by more backticks than there are in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`{3,}", source)), default=0))
    return f"{fence}python\n{source.strip()}\n{fence}"


def _rejected(source: str) -> str:
    if not source.strip() or len(source) > MAX_BYTES:
        return ""
    text = source.encode("utf-8", "replace").decode()  # a server may have sent half of a surrogate pair
    return f"The last attempt, which had the last of these errors:\n\n{fenced(text)}"


def _together(apis: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the texts of specs, those of a module, and the methods of a class, together, with the import they need."""
    texts: dict[str, dict[str, list[str]]] = {}
    names: dict[str, dict[str, None]] = {}
    for ref, api in apis.items():
        module, qualname = module_of(SpecRef(ref)), qualname_of(SpecRef(ref))
        head, gap, members = api.partition(REST_OF_CLASS) if "." in qualname else (api, "", "")
        names.setdefault(module, {})[qualname.partition(".")[0]] = None
        texts.setdefault(module, {}).setdefault(head + gap, []).extend([members] if members else [])
    for module, found in texts.items():
        each = (head + "\n\n".join(members) for head, members in found.items())
        yield f"from {module} import {', '.join(names[module])}", "\n\n".join(map(str.strip, each))


def _without_dots(text: str) -> str:
    """Return the text of a spec without the `...` that follow a docstring on lines of their own."""
    tree = parse_or_none(text) if "..." in text else None
    if tree is None:
        return text
    lines = dict(enumerate(text.split("\n")))
    for node in (each for each in ast.walk(tree) if isinstance(each, Definition)):
        last = node.body[-1]
        if len(node.body) > 1 and lines[last.lineno - 1].strip() == "...":
            del lines[last.lineno - 1]
    return "\n".join(lines.values())


def _in_short(api: str) -> str:
    """Return the text of a spec with the first line of each docstring."""
    tree = parse_or_none(api)
    if tree is None:
        return api
    for node in (each for each in ast.walk(tree) if isinstance(each, Definition)):
        docstring = ast.get_docstring(node)
        if docstring is not None:
            node.body[0] = ast.Expr(ast.Constant(docstring.split("\n")[0]))
    return ast.unparse(tree)


def _capped_code(ctx: ModuleSpecContext) -> Iterable[str]:
    left = DEPENDENCY_CODE_LIMIT
    for module, source in ctx.dependency_generated_modules.items():
        if len(source) <= left:
            left -= len(source)
            yield f"for `{module}`:\n\n{fenced(source)}"


_EMPTY = ModuleSpecContext("build", "", "", (), {})
