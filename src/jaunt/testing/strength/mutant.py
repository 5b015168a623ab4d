"""A mutant: code with one small change, which tests that are strong notice."""

import hashlib
from collections.abc import Collection, Iterable, Iterator

from jaunt.process.frozen import frozen
from jaunt.spec_ref import import_name
from jaunt.syntax.source import parse_or_none
from jaunt.syntax.splicing.blocks import blocks_of
from jaunt.testing.strength.operators import Edit, OperatorKind, edits_of


@frozen
class Mutant:
    """A change of a generated module's text, which is UTF-8: its bytes from `start` to `end` become `text`.

    `name` is short, the same on every machine, and another one as soon as the line that it changes is another.
    `owner` is the definition that it is in, `line` where it begins; `lines` are those whose run reaches it, None if the
    import of the module does; `before` and `after` are what is changed, on one line.
    """

    name: str
    module: str
    kind: OperatorKind
    owner: str
    line: int
    lines: tuple[int, int] | None
    start: int
    end: int
    text: str
    before: str
    after: str

    @property
    def place(self) -> str:
        """Where it is, for people: `app.slug:slugify, line 12`."""
        return f"{self.module}:{self.owner}, line {self.line}" if self.owner else f"{self.module}, line {self.line}"

    def applied(self, data: bytes) -> bytes:
        """Return the changed text of the module, which is `data`."""
        return data[: self.start] + self.text.encode() + data[self.end :]


def mutants_of(module: str, data: bytes, names: Collection[str], others: Collection[str] = ()) -> list[Mutant]:
    """Return the mutants of what a generated module defines for `names`, in the order of the text.

    That is the definitions of these names, and the helpers and constants that they use, but for `others`: what the
    module defines for other specs. None for a text that can't be parsed.
    """
    tree = parse_or_none(data)
    if tree is None:
        return []
    needed = needed_names(data.decode("utf-8-sig"), names, others)
    edits = [each for each in edits_of(tree, data) if each.place.owner in needed]
    return list(_named(module, data, sorted({(e.start, e.end, e.text): e for e in edits}.values(), key=_place)))


def needed_names(text: str, names: Collection[str], others: Collection[str] = ()) -> set[str]:
    """Return the names that definitions of a module need of it, they themselves included, without `others`."""
    blocks, _ = blocks_of(text)
    needed = {*names}
    pending = [each for each in blocks if each.binds & needed]
    done: set[int] = set()
    while pending:
        block = pending.pop()
        if id(block) in done or block.is_import:
            continue
        done.add(id(block))
        needed |= block.binds
        used = block.uses - {*others}
        pending += [each for each in blocks if each.binds & used]
    return needed


def chosen(mutants: Collection[Mutant], most: int) -> list[Mutant]:
    """Return at most so many mutants, in the order of the text: spread by their names, so that they stay the same ones
    as long as their lines do.
    """
    kept = {each.name for each in sorted(mutants, key=lambda each: each.name)[:most]}
    return [each for each in mutants if each.name in kept]


def _place(edit: Edit) -> tuple[int, int, str]:
    return edit.start, edit.end, edit.text


def _named(module: str, data: bytes, edits: Iterable[Edit]) -> Iterator[Mutant]:
    seen: dict[tuple[str, str, str], int] = {}
    for edit in edits:
        first = data.rfind(b"\n", 0, edit.start) + 1
        last = data.find(b"\n", edit.end)
        rest = data[edit.end : last if last >= 0 else len(data)]
        before = _on_one_line(data[first : edit.end] + rest)
        after = _on_one_line(data[first : edit.start] + edit.text.encode() + rest)
        key = (edit.place.owner, before, after)
        seen[key] = seen.get(key, 0) + 1
        name = hashlib.sha256("\0".join([import_name(module), *key, str(seen[key])]).encode()).hexdigest()[:8]
        line = data.count(b"\n", 0, edit.start) + 1
        owner, lines = edit.place
        yield Mutant(name, module, edit.kind, owner, line, lines, edit.start, edit.end, edit.text, before, after)


def _on_one_line(text: bytes) -> str:
    return " ".join(line.strip() for line in text.decode().splitlines() if line.strip())
