"""A build hook of hatch: a wheel of the project without jaunt, `[tool.hatch.build.hooks.jaunt]` in pyproject.toml.

Hatchling finds it by the entry point `hatch`, and is imported here alone.
"""

import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from jaunt.commands.eject.whole import ejected_files
from jaunt.config import find_project_root, load_config
from jaunt.paths import DEFAULT_GENERATED_DIR
from jaunt.project.project import load_project

# By name, as it is no dependency of jaunt's: a type checker would miss it where nothing is packed.
_interface: Any = import_module("hatchling.builders.hooks.plugin.interface")
_hookimpl: Any = import_module("hatchling.plugin").hookimpl


class JauntBuildHook(_interface.BuildHookInterface):
    """Puts each spec module's code in its place, in wheels; an sdist, and an editable install, stay as they are.

    The sdist of a package whose configuration stands above it, in the folder of a workspace, is as its wheel: there
    would be no configuration in it to make one by.
    """

    PLUGIN_NAME = "jaunt"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Tell hatch of the files to be replaced, and leave out what is generated; raises JauntError where it can't."""
        root = Path(self.root).resolve()
        if version == "editable" or _is_done(root):
            return
        above = find_project_root(root)
        if self.target_name != "wheel" and not (self.target_name == "sdist" and above != root):
            return
        project = load_project(load_config(root=above))
        texts = ejected_files(project, within=root)
        self._folder = tempfile.TemporaryDirectory(prefix="jaunt-wheel-")
        for number, (path, text) in enumerate(sorted(texts.items())):
            file = Path(self._folder.name, f"{number}.py")
            file.write_text(text, encoding="utf-8")
            build_data["force_include"][str(file)] = path.relative_to(root).as_posix()
        self._leave_out(f"{project.generated_dir}/")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was only written for the wheel."""
        folder = getattr(self, "_folder", None)
        if folder is not None:
            folder.cleanup()

    def _leave_out(self, pattern: str) -> None:
        # Read before this runs, hatch's own patterns can't be added to by `build_data`.
        found = self.build_config.exclude_spec
        kind: Any = type(found)
        vars(self.build_config)["exclude_spec"] = kind([*found.patterns, *kind.from_lines([pattern]).patterns])


def _is_done(root: Path) -> bool:
    """Whether a folder is an unpacked sdist in which nothing is left to be done: it has no generated code."""
    return (root / "PKG-INFO").is_file() and not any(root.rglob(DEFAULT_GENERATED_DIR))


@_hookimpl
def hatch_register_build_hook() -> type[JauntBuildHook]:
    """Return the hook."""
    return JauntBuildHook
