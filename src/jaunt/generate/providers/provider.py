"""What a file of a provider declares."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from jaunt.config import JauntConfig
from jaunt.generate.model import ModelBackend
from jaunt.generate.prompt import Templates


class Usable(NamedTuple):
    """A provider that could be used here: what to write in [llm], and how we know."""

    settings: str
    reason: str


class Provider(Protocol):
    """The names that a provider's file has at its top level; the table in `__init__.py` says what it is called.

    `SETTINGS` are the lines of [llm] that choose it, with comments, for the file that `jaunt init` writes.
    `KEY_VARIABLE` is the environment variable of its key unless `api_key_env` names another; "" if it takes no key.
    """

    SETTINGS: str
    KEY_VARIABLE: str

    def make_backend(self, config: JauntConfig, templates: Templates) -> ModelBackend:
        """Return its backend; raises JauntConfigError if it can't be used as configured."""
        ...

    def usable(self) -> Iterator[Usable]:
        """Yield each way in which it could be used here without a key; nothing is sent anywhere."""
        ...
