"""The entries that were fetched from a remote store, by name, as far as they can be relied on."""

from jaunt.build.store.entry import without_acceptance


class Fetched(dict[str, str]):
    """Name -> text; of one that can be no entry of ours, what can be read of its beginning."""

    def __init__(self) -> None:
        self._told = ""

    def text_of(self, name: str, *, is_signed: bool) -> str | None:
        """Return the text of an entry, None if it was not fetched; nobody has accepted one that is not signed."""
        text = self.get(name)
        return text if text is None or is_signed else without_acceptance(text, name)

    def is_to_be_told(self, name: str) -> bool:
        """Return whether it is to be told that an entry is passed over: a store of another version is full of them."""
        if name in self:
            self._told = self._told or name
        return name not in self or name == self._told
