"""Mappings whose values are made on demand, so that a large project need not be loaded as a whole."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Generic, TypeVar

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
