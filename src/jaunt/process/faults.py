"""Which errors say that the machine is at fault: it has too little of something, or a disk fails."""

import errno

from jaunt.errors import JauntMachineError

_OF_THE_MACHINE = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN),
        *(errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ETIMEDOUT),
        getattr(errno, "ESTALE", errno.EIO),  # of a network's file system
    }
)


def is_machine_fault(error: BaseException) -> bool:
    """Whether an error says that the machine lacks or refuses something: disk, files, memory, processes, threads."""
    if isinstance(error, OSError):
        return error.errno in _OF_THE_MACHINE
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "start new thread" in str(error))


def machine_error(error: Exception) -> JauntMachineError:
    """Return what is wrong where the machine is at fault; raises any other error, and one of a stream."""
    if not is_machine_fault(error) or (isinstance(error, OSError) and error.filename is None):
        raise error
    if isinstance(error, OSError):
        return JauntMachineError(f"{error.filename}: {error.strerror}", hint="make it readable, or look after the disk")
    what = str(error) or "there is no memory left"
    return JauntMachineError(what, hint="raise the limit on processes or memory (ulimit -u, ulimit -v)")
