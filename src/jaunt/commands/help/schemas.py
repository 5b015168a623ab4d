"""JSON Schemas of what `--json` prints, made from the types in `facts.py`."""

import json
import types
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from jaunt.commands import COMMANDS
from jaunt.commands.help.facts import FACTS, Every

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}

KIND = "command"


def names() -> list[str]:
    """Return the commands, which have a schema each."""
    return list(COMMANDS)


def text_of(command: str) -> str:
    """Return the schema of a command's object, as JSON."""
    return json.dumps(schema_of_command(command), indent=2)


def schema_of_command(name: str) -> dict[str, Any]:
    """Return the JSON Schema, draft 2020-12, of the object that a command prints with `--json`."""
    forms = [_object(form) for form in FACTS.get(name, ())]
    every = _object(Every)
    properties = {**every["properties"], "command": {"const": name}}
    schema = {"$schema": DRAFT, "title": f"jaunt {name} --json", **every, "properties": properties}
    done = {"if": {"properties": {"ok": {"const": True}}}, "then": {"anyOf": forms}}
    return {**schema, **done} if forms else schema


def _object(form: Any) -> dict[str, Any]:
    hints = get_type_hints(form, include_extras=True)
    properties = {name: _schema(hint) for name, hint in hints.items()}
    return {"type": "object", "properties": properties, "required": sorted(form.__required_keys__)}


def _schema(hint: Any) -> dict[str, Any]:
    """Return the schema of one type; raises KeyError for one that facts have no use for."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return {}
    if is_typeddict(hint):
        return _object(hint)
    if origin is NotRequired:
        return _schema(arguments[0])
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(each) for each in arguments]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    return {"type": _PLAIN[hint]}
