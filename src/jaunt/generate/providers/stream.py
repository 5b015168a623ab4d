"""Answers that come in pieces: server-sent events.

Their form is that of https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

import json
from collections.abc import AsyncIterator, Callable, MutableMapping, Sequence
from typing import Any, NamedTuple

from jaunt.generate.answer.ending import has_ended
from jaunt.generate.transport import Fault

Event = dict[str, Any]
"""The JSON object of one event."""

Reader = Callable[[Event, MutableMapping[str, Any]], str]
"""Returns the text that an event adds to an answer; the rest goes into the body that the events make up."""


class Streamed(NamedTuple):
    """What has come of an answer: its text, and what else an answer in one piece would have said.

    `is_whole` is False if it was ended before the model did.
    """

    text: str
    body: dict[str, Any]
    is_whole: bool


def is_stream(response: Any) -> bool:
    """Whether a server sends its answer in pieces; some don't, though they were asked for it."""
    return response.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/event-stream"


async def read_stream(response: Any, reader: Reader, names: Sequence[str]) -> Streamed:
    """Read an answer to its end, or to the first word after the block of code that defines all `names`.

    Raises Fault for an error among the events, and where they end before the answer does; ValueError for an event
    that is no JSON.
    """
    text, body, is_whole = "", dict[str, Any](), False
    async for event in _events(response):
        if event is None:
            is_whole = True
            break
        if event.get("error"):
            raise Fault(f"no completion: {_message(event['error'])}".rstrip(": "), again=True)
        piece = reader(event, body)
        text += piece
        if piece and has_ended(text, len(text) - len(piece), names):
            return Streamed(text, body, is_whole=False)
    if not (is_whole or body.get("finish_reason") or body.get("stop_reason")):
        raise Fault("the answer broke off", again=True)
    return Streamed(text, body, is_whole=True)


async def _events(response: Any) -> AsyncIterator[Event | None]:
    """Yield the objects of a stream's events, and None for the "[DONE]" by which some servers say that it is whole."""
    data: list[str] = []
    async for line in response.aiter_lines():
        if line.startswith("data:"):
            data.append(line.removeprefix("data:").strip())
        elif not line and data:
            said, data = "\n".join(data), []
            event = None if said == "[DONE]" else json.loads(said)
            if event is None or isinstance(event, dict):
                yield event


def _message(error: object) -> str:
    said = error.get("message") if isinstance(error, dict) else error
    return said if isinstance(said, str) else ""
