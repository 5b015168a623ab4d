"""The import gate: no call of a model is paid for a spec module that can't be imported."""

import asyncio
import threading
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import replace

from jaunt import codes
from jaunt.errors import JauntConfigError, JauntDiscoveryError, JauntError
from jaunt.process.faults import machine_error
from jaunt.project.importer import Imported, StartChild, import_from_bases
from jaunt.project.project import Project
from jaunt.specs.dag import toposort


class ImportGate:
    """Says why a spec module can't be imported, if so; code for such a module could not be used.

    The modules are imported in a child process, one after another while others wait for their answer, dependencies
    first: that keeps a long chain of imports from getting too deep, and the first modules to be built wait for the
    least. `start` starts another child process than the usual one, such as one in the sandbox. `modules` are those that
    it imports.
    """

    def __init__(self, project: Project, modules: Collection[str], start: StartChild | None = None) -> None:
        self._project = project
        self._start = start
        self._fault: JauntConfigError | None = None
        self.modules = {m for m in modules if m not in project.problems}
        self._imported: dict[str, Imported] = {}
        self._awaited: dict[str, Future[None]] = {}
        self._begun = False
        self._ended = False
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Begin to import; it need not be called."""
        with self._lock:
            if self._begun or not self.modules:
                return
            self._begun = True
        try:
            threading.Thread(target=self._import, name="jaunt-import-gate", daemon=True).start()
        except RuntimeError as error:
            self._fault, self._ended = machine_error(error), True

    async def __call__(self, module: str) -> JauntError | None:
        """Return the error that a module's import ends with, if any; waits until that is known."""
        error = await self.why_not(module)
        if not error:
            return None
        path, imported = self._project.modules[module].file.path, self._imported[module]
        problem = self.refusal(module) or JauntDiscoveryError(
            f"{imported.place(path)}: cannot be imported: {error}",
            hint=imported.hint or "correct the module, or install what it needs",
            code=codes.UNIMPORTABLE,
        )
        problem.raised = imported.exception
        return problem

    def refusal(self, module: str) -> JauntDiscoveryError | None:
        """Return the error that is a refusal of the module's own spec, which names its file, if it is known by now."""
        imported, path = self._imported.get(module), self._project.modules[module].file.path
        if imported is None or not imported.error.startswith(f"{path}:"):
            return None
        return JauntDiscoveryError(imported.error, hint=imported.hint, code=codes.UNIMPORTABLE)

    def place(self, module: str) -> str:
        """Return the file of a module, and the line at which its import ended, once that is known."""
        return self._imported[module].place(self._project.modules[module].file.path)

    async def why_not(self, module: str) -> str:
        """Return what a module's import fails with, "" if it doesn't; waits until that is known.

        Raises JauntConfigError if no child process can be started.
        """
        if module not in self.modules:
            return ""
        self.begin()
        with self._lock:
            known = self._ended or module in self._imported
            awaited = None if known else self._awaited.setdefault(module, Future())
        if awaited is not None:
            await asyncio.shield(asyncio.wrap_future(awaited))
        if self._fault is not None and module not in self._imported:
            raise self._fault
        return self._imported[module].error if module in self._imported else ""

    def used_at_import(self, module: str) -> Sequence[str]:
        """Return the modules of the specs that a module uses as it is imported, once its own import is known."""
        unbuilt = self._imported[module].unbuilt if module in self._imported else ()
        return [*map(self._project.sight_of(module).name_of, unbuilt)] if unbuilt else unbuilt

    def _import(self) -> None:
        project = self._project
        order = toposort({name: project.dag[name] & self.modules for name in self.modules})
        bases = {name: project.modules[name].base for name in order}
        try:
            import_from_bases(bases, path_of=project.bases_from, cwd=project.root, note=self._note, start=self._start)
        except (JauntConfigError, OSError, RuntimeError, MemoryError) as error:
            self._fault = error if isinstance(error, JauntConfigError) else machine_error(error)
        finally:
            with self._lock:
                self._ended = True
                awaited = [*self._awaited.values()]
            for imported in awaited:
                imported.set_result(None)

    def _note(self, module: str, imported: Imported) -> None:
        with self._lock:
            # Plain Python imports some 200 modules that import one another; a module further up may be sound.
            is_deep = imported.exception == RecursionError.__name__
            self._imported[module] = replace(imported, error="") if is_deep else imported
            awaited = self._awaited.pop(module, None)
        if awaited is not None:
            awaited.set_result(None)
