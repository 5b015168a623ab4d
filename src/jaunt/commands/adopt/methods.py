"""Methods that are adopted: which there are in a module, and each as the function that generated code has for it."""

import ast
from collections.abc import Collection, Iterator
from functools import lru_cache

from jaunt.commands.adopt.homes import text_of
from jaunt.commands.eject.methods import body_lines, indented
from jaunt.spec_ref import code_name
from jaunt.syntax.methods import Method, plain_methods
from jaunt.syntax.source import Definition, Function, ModuleSource, last_name


@lru_cache(maxsize=8)
def methods_of(source: ModuleSource) -> dict[str, Method]:
    """Return the methods of handwritten classes, "Cart.total" say, those that are specs included, by their places."""
    return {each.qualname: each for each in plain_methods(source.top_definitions, source.spec_decorator)}


def methods_in(source: ModuleSource, name: str) -> list[str]:
    """Return the names of the methods of a class, and of those in it, that are no specs."""
    found = [each for each in methods_of(source).values() if f"{each.owner}.".startswith(f"{name}.")]
    return [each.qualname for each in found if not any(map(source.spec_decorator, each.node.decorator_list))]


def nodes_of(source: ModuleSource, names: Collection[str]) -> dict[str, Function]:
    """Return functions and methods by their names, in the order of the file."""
    known = methods_of(source) if any("." in name for name in names) else {}
    found = {name: known[name].node if name in known else source.definitions[name] for name in names}
    ordered = sorted(found.items(), key=lambda item: item[1].lineno)
    return {name: node for name, node in ordered if isinstance(node, Function)}


def as_function(source: ModuleSource, name: str) -> str:
    """Return the text of a function, or of a method as the function that it is outside of its class."""
    if "." not in name:
        return text_of(source, source.definitions[name])
    method = methods_of(source)[name]
    head, node = method.function, method.node
    body = indented(body_lines(source, node), "    ")
    kind = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = f" -> {ast.unparse(head.returns)}" if head.returns is not None else ""
    parameters = ", ".join(map(ast.unparse, getattr(head, "type_params", [])))
    generic = f"[{parameters}]" if parameters else ""
    return f"{kind} {code_name(name)}{generic}({ast.unparse(head.args)}){returns}:\n{body}"


_FIRST = ("__init__", "__new__", "__post_init__", "__attrs_post_init__")


def attributes_made(source: ModuleSource, method: Method) -> dict[str, int]:
    """Return the attributes that only the code of a method tells the class to have, and in which line.

    Those that the class, or a base of it in the module, declares are none, nor are those that `__init__` or a method
    above makes as well: of that one they are.
    """
    owner = method.owners[-1]
    own = _bound_on_self(method.node)
    known = _declared(source, owner)
    others = [each for each in owner.body if isinstance(each, Function) and each is not method.node]
    before = [each for each in others if _rank(each) < _rank(method.node)]
    known |= {name for each in before for name in _bound_on_self(each)}
    return {name: line for name, line in own.items() if name not in known}


def _rank(node: Function) -> tuple[int, int]:
    return (_FIRST.index(node.name) if node.name in _FIRST else len(_FIRST)), node.lineno


def _declared(source: ModuleSource, owner: ast.ClassDef) -> set[str]:
    """Return the attributes that a class declares in its body, or has by a base that stands in the module."""
    found = {n.id for s in owner.body if isinstance(s, ast.AnnAssign | ast.Assign) for n in _stored_names(s)}
    found |= {each.name for each in owner.body if isinstance(each, Definition)}
    for base in (source.definitions.get(n.id) for n in owner.bases if isinstance(n, ast.Name)):
        if isinstance(base, ast.ClassDef) and base.lineno < owner.lineno:
            found |= _declared(source, base)
            found |= {name for each in base.body if isinstance(each, Function) for name in _bound_on_self(each)}
    return found


def _stored_names(statement: ast.AnnAssign | ast.Assign) -> Iterator[ast.Name]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return (n for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))


def _bound_on_self(node: Function) -> dict[str, int]:
    """Return the attributes that a method binds on its first parameter, and where; `self.x += 1` binds none anew."""
    parameters = [*node.args.posonlyargs, *node.args.args]
    if not parameters or any(last_name(each) == "staticmethod" for each in node.decorator_list):
        return {}
    added = {id(each.target) for each in ast.walk(node) if isinstance(each, ast.AugAssign)}
    return {
        each.attr: each.lineno
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute)
        and isinstance(each.ctx, ast.Store)
        and id(each) not in added
        and isinstance(each.value, ast.Name)
        and each.value.id == parameters[0].arg
    }


def what_a_class_means(method: Method) -> Iterator[tuple[int, str]]:
    """Yield what code of a method could not mean elsewhere: its line, and what it is."""
    for node in ast.walk(method.node):
        line = getattr(node, "lineno", method.node.lineno)
        names = [getattr(node, "id", None), getattr(node, "arg", None)]
        if "__class__" in names:
            yield line, "it uses __class__, which is there in classes alone"
        private = next((n for n in names if n and n.startswith("__") and not n.endswith("__")), None)
        if private:
            yield line, f"it uses {private}, which is another name outside of a class"
        is_super = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
        if is_super and not (node.args or method.node.args.args or method.node.args.posonlyargs):
            yield line, "it uses super(), and has no parameter for its instance"
    others = [each for each in method.owners[-1].body if isinstance(each, Definition) and each.name == method.node.name]
    twins = [each for each in others if each is not method.node and not each.decorator_list]
    if twins:
        yield twins[0].lineno, f"{method.qualname} is defined here, and in line {method.node.lineno} too"
