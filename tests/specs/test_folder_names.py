"""Names of modules told from folders."""

from libraries import MakeEntry

from jaunt.specs.folder_names import source_root


def test_the_source_root_is_where_the_modules_name_begins(make_entry: MakeEntry) -> None:
    entry = make_entry("a.b:f")
    assert source_root(entry._replace(source_file="/x/a/b.py")).as_posix() == "/x"
    assert source_root(entry._replace(source_file="/x/a/b/__init__.py")).as_posix() == "/x"
