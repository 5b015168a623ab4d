"""The table of a snapshot keeps each row as it was given, though it keeps them by columns and as text."""

import json

from jaunt.project.kept.table import Row, Table

SLUG = Row("/p/app/slug.py", "/p/app/__generated__/slug.py", "magic", {"f": "2"}, ["A.b", "f"], ["app.w"], "d1", True)
WORDS = Row("/p/app/w.py", "/p/app/__generated__/w.py", "magic", {}, ["w"], [], "d2", False)
ROWS = {"app.slug": SLUG, "app.w": WORDS, "tests.t": Row("/p/t.py", "/p/g/t.py", "test", {}, [], [], "d3", False)}


def test_rows_are_what_they_were_and_stay_so_in_a_file() -> None:
    table = Table.of(ROWS)
    kept = Table(*json.loads(json.dumps([table.names, table.columns])))
    assert dict(kept) == ROWS
    assert kept == table
    assert (kept.unread(), kept.dependencies("app.slug")) == (["/p/app/slug.py"], ["app.w"])
    assert kept.column("kind") == {"app.slug": "magic", "app.w": "magic", "tests.t": "test"}
    assert dict(kept.specs()) == {"app.slug": ["A.b", "f"], "app.w": ["w"], "tests.t": []}
    assert dict(Table.of({})) == {}


def test_a_table_with_another_row_leaves_the_first_as_it_was() -> None:
    table = Table.of(ROWS)
    other = WORDS._replace(specs=["w", "x"], digest="d4")
    assert dict(table.replaced({"app.w": other})) == {**ROWS, "app.w": other}
    assert dict(table) == ROWS
