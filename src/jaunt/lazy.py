"""Mappings and sequences whose values are made when they are asked for: a large project is never loaded as a whole."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Generic, TypeVar, overload

from jaunt.spec_ref import SpecRef, module_of

T = TypeVar("T")


class PerModule(Mapping[str, T], Generic[T]):
    """Module -> what `load` returns for it, once."""

    def __init__(self, modules: Collection[str], load: Callable[[str], T]) -> None:
        self._modules = modules
        self._load = load
        self._loaded: dict[str, T] = {}

    def __getitem__(self, module: str) -> T:
        if module not in self._loaded:
            if module not in self._modules:
                raise KeyError(module)
            self._loaded[module] = self._load(module)
        return self._loaded[module]

    def __contains__(self, module: object) -> bool:
        return module in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


class PerSpec(Mapping[SpecRef, T], Generic[T]):
    """Reference -> value; `load` returns those of one module, and raises KeyError for a module of no specs."""

    def __init__(self, modules: Collection[str], load: Callable[[str], Mapping[SpecRef, T]]) -> None:
        self._modules = modules
        self._load = load

    def __getitem__(self, ref: SpecRef) -> T:
        return self._load(module_of(ref))[ref]

    def __iter__(self) -> Iterator[SpecRef]:
        for module in self._modules:
            yield from self._load(module)

    def __len__(self) -> int:
        return sum(len(self._load(module)) for module in self._modules)


class LazySequence(Sequence[T], Generic[T]):
    """A sequence that is loaded at its first use."""

    def __init__(self, load: Callable[[], Sequence[T]]) -> None:
        self._load = load

    @cached_property
    def _items(self) -> Sequence[T]:
        return self._load()

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)


class LazyMapping(Mapping[str, T], Generic[T]):
    """A mapping that is loaded at its first use."""

    def __init__(self, load: Callable[[], Mapping[str, T]]) -> None:
        self._load = load

    @cached_property
    def _items(self) -> Mapping[str, T]:
        return self._load()

    def __getitem__(self, key: str) -> T:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)
