"""Answers of servers that send more than was asked for: no more is read than could be an entry."""

import importlib
from typing import Any

_WITH_CONTENT = (200, 206)


def bound_answers(files: Any, most: int) -> None:
    """Let a file system of fsspec read no answer beyond `most` bytes, where its protocol lets a server send more.

    Over HTTP the rest is left unread; a server of S3, which has to know ranges, gives an OSError.
    """
    protocols = {files.protocol} if isinstance(files.protocol, str) else {*files.protocol}
    if protocols & {"http", "https"}:
        files.client_kwargs = {**files.client_kwargs, "response_class": _response_class(most)}
    elif protocols & {"s3", "s3a"}:
        files.connect().meta.events.register("after-call.s3.GetObject", _checked_length(most))


def _response_class(most: int) -> type[Any]:
    response: Any = importlib.import_module("aiohttp").ClientResponse  # an extra's, as all that gets here

    class Bounded(response):
        async def read(self) -> bytes:
            if self._body is None:
                self._body = b""
                while len(self._body) < most and (part := await self.content.read(most - len(self._body))):
                    self._body += part
                if not self.content.at_eof():
                    self.close()
            return self._body

    return Bounded


def _checked_length(most: int) -> Any:
    def check(http_response: Any, **_: object) -> None:
        if http_response.status_code not in _WITH_CONTENT:  # an error of S3 comes in chunks, without a length
            return
        length = http_response.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > most:
            raise OSError(f"it sends {length or 'any number of'} bytes where at most {most} were asked for")

    return check
