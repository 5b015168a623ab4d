"""Whether the import of a module can have an effect at all: of most it can't, and measuring one takes milliseconds."""

import ast
from collections.abc import Iterator

_VALUES = (
    *(ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Starred, ast.keyword),
    *(ast.Tuple, ast.List, ast.Set, ast.Dict, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp),
    *(ast.JoinedStr, ast.FormattedValue, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop),
)
_HOOKS = {"__getattr__", "__dir__"}


def is_plain(tree: ast.Module) -> bool:
    """Whether a module only imports, defines functions and computes without a call.

    Then none of its own code runs on import: it has no class whose methods Python would call, and changes no object.
    """
    return all(map(_is_plain, tree.body))


def _is_plain(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Pass():
            return True
        case ast.FunctionDef(decorator_list=[]) | ast.AsyncFunctionDef(decorator_list=[]):
            return node.name not in _HOOKS and all(map(_computes, _evaluated(node)))
        case ast.Assign(targets=targets, value=value):
            return all(isinstance(each, ast.Name) and each.id not in _HOOKS for each in targets) and _computes(value)
        case ast.AnnAssign(target=ast.Name(), annotation=annotation, value=value):
            return _computes(annotation) and (value is None or _computes(value))
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.If(test=test):
            return _computes(test) and all(map(_is_plain, [*node.body, *node.orelse]))
    return False


def _evaluated(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """Yield what of a definition is evaluated where it stands."""
    args = function.args
    yield from args.defaults
    yield from filter(None, [*args.kw_defaults, function.returns])
    for each in [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]:
        if each is not None and each.annotation is not None:
            yield each.annotation


def _computes(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant | ast.Name) or all(isinstance(each, _VALUES) for each in ast.walk(value))
