"""The folders of a project that are searched for specs."""

from jaunt.config import JauntConfig
from jaunt.files.listing import Root


def search_roots(config: JauntConfig) -> list[Root]:
    """Return the folders to search.

    Modules below a source root are named from it; modules below a test root from the test root's parent, so
    that `tests/test_a.py` is `tests.test_a`, unless the test root lies in a source root.
    """
    sources = [folder for folder in (config.root / root for root in config.paths.source_roots) if folder.is_dir()]
    roots = [Root(folder, folder, project=config.root) for folder in sources]
    for name in config.paths.test_roots:
        folder = config.root / name
        if not folder.is_dir() or folder in sources:
            continue
        # The innermost source root around it, if any.
        inside = next((parent for parent in folder.parents if parent in sources and parent != config.root), None)
        base = inside or (folder if folder == config.root else folder.parent)
        roots.append(Root(folder, base, "test", config.root))
    return roots
