"""The form of a store's entry: comment lines that say what it is of, then the source; here and beyond this machine."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from jaunt.header import Kind, body_digest, header_fields, split_header
from jaunt.plan.standing import ACCEPTED_FIELDS, provenance_fields

STORE_MARKER = "# A validated generation, kept by jaunt."
NOBODY: Mapping[str, str] = MappingProxyType({})
"""The fields of where code came from, if nobody accepted it and no instructions were given for it."""
_NAME = re.compile(r"(build|test)/([0-9a-f]{2})/\2[0-9a-f]{62}(-[0-9a-f]+)?\.py")


class Entry(NamedTuple):
    """What an entry holds.

    `handwritten` is the digest of what is written by hand beside the specs, "" if nothing is; the source serves as long
    as what it was checked `against` besides, reference -> digest, stays as it is. `provenance` are the fields
    that say who has accepted it, and which instructions it was asked for under.
    """

    kind: Kind
    module: str
    digest: str
    handwritten: str
    against: Mapping[str, str]
    source: str
    provenance: Mapping[str, str] = NOBODY

    @property
    def name(self) -> str:
        """Where it stands below the store's folder."""
        return entry_name(self.kind, self.digest, self.handwritten)


def entry_name(kind: Kind, digest: str, handwritten: str) -> str:
    """Return where the entry of a contract stands below the store's folder, as a path with "/"."""
    return f"{kind}/{digest[:2]}/{digest}-{handwritten}.py" if handwritten else f"{kind}/{digest[:2]}/{digest}.py"


def is_entry_name(name: str) -> bool:
    """Return whether a file of that name may be an entry: others in the same place are none of ours."""
    return _NAME.fullmatch(name) is not None


def format_entry(entry: Entry, key: bytes | None) -> str:
    """Return the text of an entry, signed (HMAC-SHA-256, RFC 2104) if there is a key."""
    fields = _fields(entry)
    if key is not None:
        fields["signature"] = _signature(fields, key)
    return "".join([f"{STORE_MARKER}\n", *(f"# jaunt:{k}={v}\n" for k, v in fields.items()), "\n", entry.source])


def read_entry(text: str, name: str, key: bytes | None) -> Entry | str:
    """Return the entry that a text holds which stands at `name`, or else what is wrong with it."""
    lines, source = split_header(text, marker=STORE_MARKER)
    fields = header_fields(lines)
    signature = fields.pop("signature", "")
    kind, against = fields.get("kind"), _text_map(fields.get("checked_against", "{}"))
    if kind not in ("build", "test") or against is None:
        return "is damaged"
    entry = Entry(
        kind,
        fields.get("source_module", ""),
        fields.get("module_digest", "").removeprefix("sha256:"),
        fields.get("handwritten_digest", ""),
        against,
        source,
        provenance_fields(fields),
    )
    known = _fields(entry)
    if not known.items() <= fields.items() or entry.name != name:
        return "is damaged"
    if fields != known:
        return "was written by another version of jaunt"
    if key is not None and not hmac.compare_digest(signature.encode(), _signature(fields, key).encode()):
        return "is not signed with the key"
    return entry


def without_acceptance(text: str, name: str) -> str:
    """Return the text of an unsigned entry without what it says of who accepted it: whoever wrote it could say so."""
    entry = read_entry(text, name, None)
    if isinstance(entry, str) or not {*ACCEPTED_FIELDS}.intersection(entry.provenance):
        return text
    kept = {field: value for field, value in entry.provenance.items() if field not in ACCEPTED_FIELDS}
    return format_entry(entry._replace(provenance=kept), None)


def _fields(entry: Entry) -> dict[str, str]:
    return {
        "kind": entry.kind,
        "source_module": entry.module,
        "module_digest": f"sha256:{entry.digest}",
        **({"handwritten_digest": entry.handwritten} if entry.handwritten else {}),
        **({"checked_against": json.dumps(dict(entry.against), sort_keys=True)} if entry.against else {}),
        "body_digest": body_digest(entry.source),
        **entry.provenance,
    }


def _signature(fields: Mapping[str, str], key: bytes) -> str:
    """Return the signature of an entry's fields, which hold the digest of its source."""
    return hmac.new(key, json.dumps(fields, sort_keys=True).encode(), hashlib.sha256).hexdigest()


def _text_map(text: str) -> dict[str, str] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()) else None
