"""The reference of all keys: each has a meaning, and what it says of a key is what the file may hold."""

import dataclasses
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jaunt.config import JauntConfig, PriceConfig, load_config
from jaunt.config.reference import all_keys, reference

KEYS = {key.name: key for key in all_keys()}


def fields_of(table: Any, prefix: str = "") -> Iterator[str]:
    """Yield the names of all fields of a configuration, but for those that don't come from its file."""
    for each in dataclasses.fields(table):
        value = getattr(table, each.name)
        if dataclasses.is_dataclass(value):
            yield from fields_of(value, f"{prefix}{each.name}.")
        elif f"{prefix}{each.name}" not in {"root", "config_file"}:
            yield f"{prefix}{each.name}"


def test_every_field_is_a_key_with_a_meaning() -> None:
    config = JauntConfig()
    priced = dataclasses.replace(config, llm=dataclasses.replace(config.llm, price=PriceConfig()))
    # The further keys of [verify] are declared by the files of the checks.
    assert sorted(set(fields_of(priced)) - {"verify.others"}) == sorted(KEYS)
    assert [name for name, key in KEYS.items() if len(key.doc.split()) < 3] == []


def test_a_file_of_all_defaults_is_the_default_configuration(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    lines = [f"{key.name} = {key.default}" for key in KEYS.values() if key.default and "price" not in key.name]
    (tmp_path / "jaunt.toml").write_text("\n".join(lines))
    config = load_config(root=tmp_path)
    assert dataclasses.replace(config, root=Path(), config_file=None) == JauntConfig()


def test_each_key_is_a_row_of_the_table() -> None:
    rows = reference(all_keys()).splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(KEYS)
    assert {row.count(" |") for row in rows} == {4}
    assert tomllib.loads(f"x = {KEYS['test.pytest_args'].default}") == {"x": ["-q"]}
