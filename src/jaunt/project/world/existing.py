"""What there is in place of what code got wrong: members of a class, parameters of a function, names in a module."""

import ast
from collections.abc import Iterable, Sequence

from jaunt.project.world.lookup import Lookup, Meant
from jaunt.syntax.shapes import Shape, handwritten_nodes, shape_of
from jaunt.syntax.source import Definition

_MOST_BASES = 32


class Existing:
    """Tells what there is of the names that the specs of a module reach, or that stand beside them.

    `refs` are references of the names reached: handwritten ones, and specs.
    """

    def __init__(self, lookup: Lookup, module: str, refs: Iterable[str]) -> None:
        self._lookup = lookup
        self._module = module
        self._homes = {ref.partition(":")[2]: ref.partition(":")[0] for ref in refs}

    def home_of(self, name: str) -> str | None:
        """Return the module that a name can be imported from; None if there is no such name."""
        return self._homes.get(name, self._module if name in self._lookup.parts(self._module) else None)

    def members(self, name: str) -> list[str]:
        """Return the public fields and methods of a class, those of its bases included; [] for any other name."""
        parts = (part.removeprefix("conditional ") for shape in self._with_bases(name) for part in shape.parts)
        found = [part.split(" ", 1) for part in parts]
        found += [["method", each] for shape in self._with_bases(name) for each in _methods(shape)]
        kinds = {"field", "method", "class", "attribute"}
        return [*dict.fromkeys(part[1] for part in found if part[0] in kinds and not part[-1].startswith("_"))]

    def parameters(self, name: str) -> list[str]:
        """Return the parameters that a function, or the constructor of a class, takes; [] if they are not known."""
        shapes = self._with_bases(name)
        for shape in shapes:
            for node in shape.nodes:
                own = node.body if isinstance(node, ast.ClassDef) else [node]
                init = next((each for each in own if _is_called(each, name)), None)
                if isinstance(init, ast.FunctionDef | ast.AsyncFunctionDef):
                    return _parameters(init, bound=init is not node)
        fields = (part.removeprefix("field ") for shape in shapes[::-1] for part in shape.parts if part[:6] == "field ")
        return [*dict.fromkeys(fields)]

    def names_in(self, module: str) -> list[str]:
        """Return the public names that a module of the project defines or passes on; [] for any other module."""
        return sorted(name for name in self._lookup.public(module) if self._lookup.find(f"{module}.{name}"))

    def _with_bases(self, name: str) -> list[Shape]:
        """Return the shape of a name and those of its bases, in turn."""
        found: dict[Meant, Shape] = {}
        pending = [self._meant(name)]
        while pending and len(found) < _MOST_BASES:
            meant = pending.pop(0)
            shape = self._shape(meant) if meant is not None and meant not in found else None
            if meant is not None and shape is not None:
                found[meant] = shape
                pending += [self._lookup.find(path) for path in shape.same]
        return [*found.values()]

    def _meant(self, name: str) -> Meant | None:
        return self._lookup.find(f"{self._homes.get(name, self._module)}.{name}")

    def _shape(self, meant: Meant) -> Shape | None:
        source = self._lookup.source(meant.module)
        if source is None:
            return None
        definition = source.definitions.get(meant.name)
        nodes: Sequence[ast.stmt] = handwritten_nodes(source).get(meant.name) or ([definition] if definition else [])
        return shape_of(source, nodes) if nodes else None


def _methods(shape: Shape) -> list[str]:
    """Return the methods of a class, those that are specs included, which are no part of its own shape."""
    body = [member for node in shape.nodes if isinstance(node, ast.ClassDef) for member in node.body]
    return [member.name for member in body if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)]


def _is_called(node: ast.stmt, name: str) -> bool:
    return isinstance(node, Definition) and not isinstance(node, ast.ClassDef) and node.name in {name, "__init__"}


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef, *, bound: bool) -> list[str]:
    positional = [each.arg for each in [*node.args.posonlyargs, *node.args.args]][1 if bound else 0 :]
    more = [f"*{node.args.vararg.arg}"] if node.args.vararg else []
    others = [f"**{node.args.kwarg.arg}"] if node.args.kwarg else []
    return [*positional, *more, *(each.arg for each in node.args.kwonlyargs), *others]
