"""Methods of handwritten classes: which one a decorator in a class body is put on, and what a class keeps of its stub.

The class stays the person's. A method's forwarder is a function in it like any other, and becomes the generated one as
those of modules do; what the class body worked out, its defaults and annotations, stays what it was.
"""

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    from types import FrameType, FunctionType
    from typing import Any


def method_name(function: "FunctionType", frame: "FrameType") -> str:
    """Return the qualified name of a method that is decorated in a class body, "" for anything else.

    `frame` is that of the code which uses the decorator. What sets a property is "Cart.total.setter".
    """
    name = function.__qualname__
    body = frame.f_locals
    if "<locals>" in name or body.get("__qualname__") != name.rpartition(".")[0]:
        return ""
    # The property is there already, so this is not what gets it.
    if not hasattr(body.get(function.__name__), "setter"):
        return name
    return f"{name}.{'deleter' if function.__code__.co_argcount == 1 else 'setter'}"


def keep_of_stub(forward: "Any", target: "FunctionType", stub: "Any") -> None:
    """Give the method that `forward` has become the stub's defaults, but for `...`, which leaves them open.

    Those of the stub are what the class body made of them, such as a constant of the class.
    """
    own, given = stub.__defaults__ or (), target.__defaults__ or ()
    if len(own) == len(given):
        forward.__defaults__ = tuple(new if old is ... else old for old, new in zip(own, given, strict=True)) or None
    kept, new = stub.__kwdefaults__ or {}, target.__kwdefaults__ or {}
    if kept.keys() == new.keys():
        forward.__kwdefaults__ = {name: new[name] if old is ... else old for name, old in kept.items()} or None
