"""The import gate: no call of a model is paid for a spec module that can't be imported."""

import threading
from collections.abc import Collection

from jaunt.deps import toposort
from jaunt.errors import JauntDiscoveryError, JauntError
from jaunt.importer import Imported, import_from_bases
from jaunt.project import Project


class ImportGate:
    """Says why a spec module can't be imported, if so; code for such a module could not be used.

    The modules are imported in a child process, one after another while others wait for their answer, dependencies
    first: that keeps a long chain of imports from getting too deep, and the first modules to be built wait for the
    least.
    """

    def __init__(self, project: Project, modules: Collection[str]) -> None:
        self._project = project
        self._modules = {m for m in modules if m not in project.problems}
        self._errors: dict[str, str] = {}
        self._begun = False
        self._ended = False
        self._changed = threading.Condition()

    def begin(self) -> None:
        """Begin to import; it need not be called."""
        with self._changed:
            if self._begun:
                return
            self._begun = True
        threading.Thread(target=self._import, name="jaunt-import-gate", daemon=True).start()

    def __call__(self, module: str) -> JauntError | None:
        """Return the error that a module's import ends with, if any; waits until that is known."""
        if module not in self._modules:
            return None
        self.begin()
        with self._changed:
            self._changed.wait_for(lambda: module in self._errors or self._ended)
        error = self._errors.get(module, "")
        # Plain Python imports some 200 modules that import one another; a module further up may be sound.
        if not error or error.startswith("RecursionError"):
            return None
        path = self._project.modules[module].file.path
        return JauntDiscoveryError(
            f"{path}: cannot be imported: {error}", hint="correct the module, or install what it needs"
        )

    def _import(self) -> None:
        project = self._project
        order = toposort({name: project.dag[name] & self._modules for name in self._modules})
        bases = {name: project.modules[name].base for name in order}
        try:
            import_from_bases(bases, path=project.bases(), cwd=project.root, note=self._note)
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _note(self, module: str, imported: Imported) -> None:
        with self._changed:
            self._errors[module] = imported.error
            self._changed.notify_all()
