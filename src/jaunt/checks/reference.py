"""The reference of all keys of the configuration, with those that the files of checks declare."""

from collections.abc import Iterator
from dataclasses import fields

from jaunt.checks import CHECKS, load_check
from jaunt.config import VerifyConfig
from jaunt.config.reference import Key, all_keys


def every_key() -> Iterator[Key]:
    """Yield all keys, those of checks after the others of [verify]; the files of checks are imported."""
    keys = list(all_keys())
    last = max(place for place, key in enumerate(keys) if key.name.startswith("verify."))
    yield from keys[: last + 1]
    yield from _keys_of_checks()
    yield from keys[last + 1 :]


def _keys_of_checks() -> Iterator[Key]:
    declared = {each.name for each in fields(VerifyConfig)}
    for name in CHECKS:
        default = load_check(name).DEFAULT
        if name not in declared and default is not None:
            doc = (load_check(name).__doc__ or "").partition("\n")[0].rstrip(".")
            says = f'`"error"` refuses, `"warn"` only tells, `"off"` leaves it out: {doc[:1].lower()}{doc[1:]}'
            yield Key(f"verify.{name}", "a string, or true or false", f'"{default}"', says.replace(", as a check", ""))
