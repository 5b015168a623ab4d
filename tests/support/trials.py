"""Trials of candidates in one child process, each in a fork of its own: a sandbox for each would take a second."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_PROGRAM = """
import json, os, sys
from jaunt.checks.behaviour import trial
for function, source, asked in json.load(sys.stdin):
    if os.fork() == 0:
        names = {}
        exec(compile(source, "candidate.py", "exec"), names)
        for each in asked:
            print(getattr(trial, function)(names, each))
        print("end", flush=True)
        os._exit(0)
    os.wait()
"""


def reports_of(function: str, sources: Sequence[str], asked: Sequence[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return, for each source of a candidate, what a function of the trial reports on each thing that is asked."""
    given = json.dumps([[function, source, asked] for source in sources])
    command = [sys.executable, "-c", _PROGRAM]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True, timeout=120)
    parts = done.stdout.split("end\n")
    return [[json.loads(line) for line in part.splitlines()] for part in parts[: len(sources)]]
