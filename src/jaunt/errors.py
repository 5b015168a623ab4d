"""The exception hierarchy: every error a person may meet has a message, a code and, where there is one, a hint."""

from jaunt import codes


class JauntError(Exception):
    """Base of all of jaunt's errors.

    `message` says in one line what happened and where (file, module, symbol);
    `hint` says what to do about it; `code` is one of `jaunt.codes`, the class's own unless a kind is told.
    """

    code = ""

    ends_run = False
    """Whether it is the run's own error, not that of one module: nothing more is begun."""

    def __init__(self, message: str = "", *, hint: str | None = None, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code:
            self.code = code
        if hint:
            self.add_note(hint)  # a traceback shows it below the message


class JauntConfigError(JauntError):
    """The configuration is missing, malformed or contradicts the file system."""

    code = codes.CONFIG


class JauntMachineError(JauntConfigError):
    """A check can't work on this machine, or with these settings: no call of this run can succeed."""

    code = codes.MACHINE

    ends_run = True


class JauntDiscoveryError(JauntError):
    """A spec cannot be found, read or understood.

    `raised` is the class of the error that the import of its module ended with, "" if it is not by that.
    """

    code = codes.SPEC

    raised: str = ""


class JauntSpecError(JauntDiscoveryError):
    """No code can answer a spec module as it is; `faults` says why, a text for each thing to correct."""

    code = codes.SPEC_FAULT

    def __init__(self, faults: "list[str]") -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class JauntNotBuiltError(JauntError):
    """A spec was used before code was generated for it; `spec_ref` says which, "" where that is not known."""

    code = codes.NOT_BUILT

    spec_ref: str = ""


class JauntGenerationError(JauntError):
    """A provider gave no acceptable code."""

    code = codes.GENERATION


class JauntAnswerError(JauntGenerationError):
    """A model answered, and there is no code in it to look at: another attempt may do better.

    `text` is what it answered, `told` what the next attempt is told.
    """

    code = codes.NO_CODE

    def __init__(self, message: str, *, hint: str | None = None, text: str = "", told: str = "") -> None:
        super().__init__(message, hint=hint)
        self.text = text
        self.told = told


class JauntAuthenticationError(JauntGenerationError):
    """A provider refuses the key: no call of this run can succeed."""

    code = codes.AUTHENTICATION


class JauntBudgetError(JauntGenerationError):
    """A call was not made, as the run has reached its limit of tokens or money."""

    code = codes.BUDGET


class JauntStoppedError(JauntGenerationError):
    """A call was not made, as several modules failed by the same cause."""

    code = codes.SAME_FAILURE

    ends_run = True


class JauntRefusedError(JauntError):
    """A command was not carried out: what it would act on is not in the state for it."""

    code = codes.REFUSED


class JauntDependencyCycleError(JauntError):
    """Specs, or the modules they stand in, depend on each other in a circle."""

    code = codes.CYCLE


class JauntWriteError(JauntError):
    """A file cannot be written, or would land where jaunt must not write."""

    code = codes.WRITE
