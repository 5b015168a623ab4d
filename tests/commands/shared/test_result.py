"""How a command ends: the signals that end it."""

import os
import signal

import pytest

from jaunt.commands.shared.result import stop_signals


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
def test_a_signal_that_is_ignored_asks_for_no_end() -> None:
    usual = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert stop_signals() == [signal.SIGTERM]
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        assert stop_signals() == [signal.SIGTERM, signal.SIGHUP]
    finally:
        signal.signal(signal.SIGHUP, usual)
