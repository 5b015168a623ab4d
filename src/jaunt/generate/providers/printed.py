"""What programs print: the answer as it is, or JSON that also tells what the call took."""

import json
from collections.abc import Callable
from typing import Any

from jaunt.generate.model import Usage
from jaunt.process.frozen import frozen

_CHARACTERS_A_TOKEN = 4  # roughly, in English text and code


@frozen
class Printed:
    """A program's output: the answer, what the call took if it says so, and what went wrong if it says that."""

    text: str
    usage: Usage | None = None
    problem: str = ""


Reader = Callable[[str], Printed]
"""Reads a program's output; one that is not of the expected form is taken for the answer itself."""


def read_claude(output: str) -> Printed:
    """Read the one object of `claude --output-format json`; its input tokens come without those of its cache."""
    try:
        said = json.loads(output)
        text, taken = str(said["result"]), said["usage"]
        cached = int(taken["cache_read_input_tokens"])
        fresh = int(taken["input_tokens"]) + int(taken["cache_creation_input_tokens"])
        usage = Usage(fresh + cached, int(taken["output_tokens"]), cached)
    except (ValueError, KeyError, TypeError):
        return Printed(output)
    return Printed("", usage, text) if said.get("is_error") else Printed(text, usage)


def read_codex(output: str) -> Printed:
    """Read the events of `codex exec --json`, an object a line; the last message is the answer."""
    text, problem, usage = "", "", Usage()
    try:
        for event in map(json.loads, filter(str.strip, output.splitlines())):
            match event:
                case {"type": "item.completed", "item": {"type": "agent_message", "text": str(text)}}:
                    problem = ""
                case {"type": "turn.completed", "usage": dict(taken)}:
                    usage += _codex_usage(taken)
                case {"type": "error", "message": str(problem)} | {"error": {"message": str(problem)}}:
                    pass
    except (ValueError, KeyError, TypeError):
        return Printed(output)
    return Printed(text, usage, problem) if text or problem else Printed(output)


def _codex_usage(taken: dict[str, Any]) -> Usage:
    return Usage(int(taken["input_tokens"]), int(taken["output_tokens"]), int(taken.get("cached_input_tokens", 0)))


def estimate_usage(prompt: str, answer: str) -> Usage:
    """Return an estimate of what a call took, for a program that doesn't print it."""
    input_tokens, output_tokens = (-(-len(text) // _CHARACTERS_A_TOKEN) for text in (prompt, answer))
    return Usage(input_tokens, output_tokens, estimated=True)
