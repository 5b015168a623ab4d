"""What the names of modules are bound to: by statements, by imports of `*`, by branches, by `__getattr__`."""

from collections.abc import Callable, Iterable, Sequence

from jaunt.syntax.source import Names


class Bound:
    """Tells what names are bound to in modules, of which `names_of` returns what their text says, None without one.

    `is_any_decided` tells whether a branch decided on a name that was asked for, so that platforms may differ.
    """

    def __init__(self, names_of: Callable[[str], Names | None]) -> None:
        self._names_of = names_of
        self.is_any_decided = False

    def anywhere(self, module: str, name: str) -> Sequence[str]:
        """Return the dotted paths that a name may stand for, whatever the platform."""
        names = self._names_of(module)
        if names is None:
            return []
        stars = [f"{star}.{name}" for star in names.star_imports if self._exports(star, name)]
        return [names.bindings[name]] if name in names.bindings else [*stars, *names.choices.get(name, ())]

    def here(self, module: str, name: str) -> Sequence[str]:
        """Return the dotted paths that a name may stand for, that which this platform binds first."""
        names = self._names_of(module)
        if names is not None and name in names.bindings and name in names.choices:
            self.is_any_decided = True
            return names.choices[name]
        return self.anywhere(module, name)

    def public(self, module: str, own: Callable[[str], Iterable[str]]) -> list[str]:
        """Return the public names that a module binds, or takes from another one by `*`; `own` are those it defines."""
        found, pending, seen = dict[str, None](), [module], set[str]()
        while pending:
            current = pending.pop()
            names = self._names_of(current) if current not in seen else None
            seen.add(current)
            if names is not None:
                bound = [*own(current), *names.bindings, *names.choices]
                found |= dict.fromkeys(name for name in bound if current == module or names.exports(name))
                pending += names.star_imports[::-1]
        return [name for name in found if not name.startswith("_")]

    def _exports(self, module: str, name: str) -> bool:
        names = self._names_of(module)
        return names is None or names.exports(name)
