"""Splicing: new definitions put into a module's text, in which every other definition stays byte for byte as it is."""

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from jaunt.process.frozen import frozen
from jaunt.syntax.canonical import canonical
from jaunt.syntax.splicing.blocks import Block, blocks_of, bound_name
from jaunt.text.flaw import Flaw

_APART = "\n\n"
"""What stands before a definition that is put in, beyond the line break that ends the one before it."""


@frozen
class Spliced:
    """A module's text after a splice, "" if there are `errors`: why an answer can't be put in, in words for a model."""

    text: str
    errors: Sequence[Flaw] = ()


def splice(
    old: str, answer: str, *, asked: Collection[str], kept: Collection[str], removed: Collection[str] = ()
) -> Spliced:
    """Put what `answer` defines into the module `old`.

    `asked` are the specs whose definitions are replaced or added, `kept` those that stay, `removed` those that are
    specs no more. Of the answer come its definitions of `asked`, what stands beside them and isn't in `old`, and the
    imports that `old` lacks; what it says of `kept` is left out. What `old` imports under a name that the answer binds
    anew, and what specs of `old` needed and none needs any more, goes. Raises ValueError if one of the two texts can't
    be parsed.
    """
    blocks, tail = blocks_of(old)
    blocks = [_with_names(block, asked, removed) for block in blocks]
    coming = [block for block in blocks_of(answer)[0] if _comes_along(block, asked, kept)]
    errors = [*_problems(blocks, coming, asked)]
    if errors:
        return Spliced("", errors)
    same = {canonical(block.node) for block in blocks}
    definitions = [
        block
        for block in coming
        if not block.is_import and (block.binds & {*asked} or canonical(block.node) not in same)
    ]
    imports = [block for block in coming if block.is_import]
    new = _with_definitions([*_without_rebound(blocks, definitions, imports)], definitions, asked)
    new = _with_imports(new, imports)
    needless = _needed(blocks, {*asked, *kept, *removed}) - _needed(new, {*asked, *kept})
    return Spliced(_joined(new, needless).lstrip("\n") + tail)


def excerpt(text: str, names: Collection[str], *, others: Collection[str]) -> str:
    """Return what a module says of `names`: their definitions, and what those need, but for what `others` are."""
    blocks, _ = blocks_of(text)
    wanted = {*names}
    before: set[str] = set()
    while wanted != before:
        before = {*wanted}
        wanted = wanted.union(*(block.uses for block in blocks if block.binds & wanted)) - {*others}
    chosen = [each for block in blocks if (each := _without(block, {*block.binds} - wanted)) and each.binds]
    return "".join(text for block in chosen for text in (block.before, block.text)).strip("\n") + "\n"


def _comes_along(block: Block, asked: Collection[str], kept: Collection[str]) -> bool:
    """Whether a block of an answer is looked at, at all."""
    if block.is_docstring or block.is_main_guard or block.binds == {"__all__"}:
        return False
    return bool(block.binds & {*asked}) or not block.binds & {*kept}


def _problems(old: Sequence[Block], coming: Sequence[Block], asked: Collection[str]) -> Iterator[Flaw]:
    """Yield why blocks of an answer can't be put into a module."""
    defined = {name for block in coming for name in block.binds}
    yield from (Flaw(f"does not define {name}", about=name) for name in sorted({*asked} - defined))
    users = _users(block for block in old if not block.binds & {*asked})
    meanings, texts = _meanings(old), {canonical(block.node) for block in old}
    for block in coming:
        if not block.binds and not block.is_import:
            yield Flaw("a statement that defines nothing can't be put into the module", line=block.node.lineno)
        if block.binds & {*asked} or canonical(block.node) in texts:
            continue
        mine = _meanings([block])
        for name in sorted(block.binds & users.keys()):
            if name in meanings and mine[name] != meanings[name]:
                stay = ", ".join(sorted(users[name]))
                message = f"{name} is used by {stay} too, and has to stay as it is: give yours another name"
                yield Flaw(message, about=name)


def _users(blocks: Iterable[Block]) -> dict[str, set[str]]:
    """Return name -> the definitions that use it."""
    users: dict[str, set[str]] = {}
    for block in blocks:
        for name in block.uses - block.binds:
            users.setdefault(name, set()).update(block.binds)
    return users


def _meanings(blocks: Iterable[Block]) -> dict[str, str]:
    """Return name -> what it stands for: what is imported, or the definition."""
    return {
        name: _import_parts(block.node).get(name, "") if block.is_import else canonical(block.node)
        for block in blocks
        for name in block.binds
    }


def _import_parts(node: ast.stmt) -> dict[str, str]:
    """Return the parts of an import, each as a statement of its own, by the names that they bind."""
    if isinstance(node, ast.Import):
        return {bound_name(alias): ast.unparse(ast.Import([alias])) for alias in node.names}
    assert isinstance(node, ast.ImportFrom)
    return {bound_name(alias): ast.unparse(ast.ImportFrom(node.module, [alias], node.level)) for alias in node.names}


def _without_rebound(old: Sequence[Block], definitions: Sequence[Block], imports: Sequence[Block]) -> Iterator[Block]:
    """Yield a module's blocks without the imports, and the helpers, whose names come from elsewhere now."""
    before, by_import = _meanings(old), _meanings(imports)
    after = {**_meanings(definitions), **by_import}
    rebound = {name for name in before.keys() & after.keys() if not _is_same(before[name], after[name])}
    yield from _left(old, lambda block: rebound if block.is_import else rebound & by_import.keys())


def _is_same(meaning: str, other: str) -> bool:
    """Whether two meanings of a name go together: `import app.a` and `import app.b` bind one module."""
    return meaning == other or all(each.startswith("import ") and " as " not in each for each in (meaning, other))


def _with_names(block: Block, added: Collection[str], removed: Collection[str]) -> Block:
    """Return a block, in which `__all__`, if it is a plain list there, has the names that are specs now."""
    node = block.node
    if block.binds != {"__all__"} or not isinstance(node, ast.Assign):
        return block
    if not isinstance(node.value, ast.List | ast.Tuple):
        return block
    names = [each.value for each in node.value.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    today = [name for name in names if name not in removed]
    today += [name for name in sorted(added) if name not in today]
    if len(names) < len(node.value.elts) or today == names:
        return block
    (new,), _ = blocks_of(f"__all__ = {today!r}\n".replace("'", '"'))
    return replace(new, before=block.before)


def _with_definitions(old: Sequence[Block], coming: Sequence[Block], asked: Collection[str]) -> list[Block]:
    """Return a module's blocks with new definitions where the old ones stood; the others come at its end.

    What a definition needs beside it comes right before the first one.
    """
    goes = {*asked, *(name for block in coming for name in block.binds)}
    going = [block for block in old if not block.is_import and block.binds and block.binds <= goes]
    homes = {name for block in going for name in block.binds}
    placed: set[int] = set()
    blocks: list[Block] = []
    for block in old:
        if not any(block is each for each in going):
            blocks.append(block)
            continue
        mine = [n for n, each in enumerate(coming) if each.binds & block.binds and n not in placed]
        if mine:  # and what stands before it in the answer, and has no place of its own yet
            first = [n for n in range(max(mine)) if not coming[n].binds & homes and n not in placed]
            mine = sorted({*first, *mine})
        placed.update(mine)
        blocks += [replace(coming[n], before=_APART if k else block.before) for k, n in enumerate(mine)]
    rest = [replace(each, before=_APART) for n, each in enumerate(coming) if n not in placed]
    end = next((n for n, block in enumerate(blocks) if block.is_main_guard), len(blocks))
    return [*blocks[:end], *rest, *blocks[end:]]


def _with_imports(blocks: Sequence[Block], imports: Sequence[Block]) -> list[Block]:
    """Return blocks with the imports that they lack, after those at the top; those of `__future__` come first."""
    known = {part for block in blocks if block.is_import for part in _import_parts(block.node).values()}
    wanted = dict.fromkeys(part for block in imports for part in _import_parts(block.node).values())
    lacking = [blocks_of(part)[0][0] for part in wanted if part not in known]
    first = 1 if blocks and blocks[0].is_docstring else 0
    last = first
    while last < len(blocks) and blocks[last].is_import:
        last += 1
    future, others = [b for b in lacking if b.is_future], [b for b in lacking if not b.is_future]
    top = [*future, *blocks[first:last], *others]
    if not lacking or not top:
        return [*blocks]
    gap = blocks[first].before if last > first else "\n" if first else ""
    top = [replace(top[0], before=gap), *(replace(b, before="") if b in future else b for b in top[1:])]
    rest = [*blocks[last:]]
    if rest and last == first:
        rest[0] = replace(rest[0], before=_APART)
    return [*blocks[:first], *top, *rest]


def _needed(blocks: Sequence[Block], specs: Collection[str]) -> set[str]:
    """Return the names that specs need, and statements that define nothing, by whatever is between; specs included."""
    needed = {*specs}
    pending = [block for block in blocks if not block.binds or block.binds & needed or "__all__" in block.binds]
    done: set[int] = set()
    while pending:
        block = pending.pop()
        if id(block) not in done:
            done.add(id(block))
            needed |= block.uses | (frozenset() if block.is_import else block.binds)
            pending += [each for each in blocks if each.binds & block.uses]
    return needed


def _joined(blocks: Sequence[Block], needless: Collection[str]) -> str:
    """Return the text of blocks without what they bind of some names, and without gaps where something has gone."""
    return "".join(f"{block.before}{block.text}" for block in _left(blocks, lambda _: needless))


def _left(blocks: Iterable[Block], gone: Callable[[Block], Collection[str]]) -> Iterator[Block]:
    """Yield blocks, each without what it binds of some names; where one has gone, the longer gap beside it stays."""
    gap = ""
    for block in blocks:
        left = _without(block, gone(block))
        gap = max(gap, block.before, key=len)
        if left is not None:
            yield replace(left, before=gap)
            gap = ""


def _without(block: Block, names: Collection[str]) -> Block | None:
    """Return a block without what it binds of some names; None if nothing is left of it."""
    if not block.binds or not block.binds & {*names}:
        return block
    if block.binds <= {*names}:
        return None
    node = block.node
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return block
    left = [alias for alias in node.names if bound_name(alias) not in names]
    shorter = ast.Import(left) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, left, node.level)
    return replace(block, text=f"{ast.unparse(shorter)}\n", binds=block.binds - {*names})
