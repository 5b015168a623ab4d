"""`jaunt store`."""

import argparse
import math
import time
from contextlib import suppress

from jaunt import codes
from jaunt.build.store import Store, open_store
from jaunt.build.store.pruning import prune
from jaunt.build.store.sync import Synced, prune_remote, pull, push
from jaunt.commands.shared.options import add_config_options, read_config
from jaunt.commands.shared.result import Result
from jaunt.errors import JauntConfigError
from jaunt.report.console import print_warning, say
from jaunt.text.counts import counted
from jaunt.text.sizes import parse_size, show_size


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        "action", choices=[*_ACTIONS], help="say what is in it, remove some of it, copy to or from store.url"
    )
    parser.add_argument("--keep-days", type=_days, metavar="N", help="prune: keep what was used in the last N days")
    parser.add_argument(
        "--max-size", type=_size, metavar="S", help="prune: keep S bytes of what was used last (500K, 20M)"
    )
    parser.add_argument("--remote", action="store_true", help="prune: what is at store.url")
    add_config_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Show or prune the store, or copy what one of two stores lacks."""
    store = open_store(read_config(arguments))
    return _ACTIONS[arguments.action](store, arguments)


def _info(store: Store, _: argparse.Namespace) -> Result:
    files = list(store.files())
    size = sum(file.size for file in files)
    closed = ", readonly" if store.readonly else ""
    say(f"{store.folder}: {counted(len(files), 'generation')}, {show_size(size)}{closed}")
    if files:
        days = (time.time() - min(file.used for file in files)) / 86_400
        say(f"the least recently used: {days:.0f} days ago")
    facts = {"folder": str(store.folder), "generations": len(files), "bytes": size}
    if store.remote is None:
        return Result(data=facts)
    there = len(store.remote.names())
    if warning := store.remote.warning:
        print_warning(warning)
    else:
        say(f"{store.remote.shown}: {counted(there, 'generation')}")
    return Result(data={**facts, "remote": {"url": store.remote.shown, "generations": there, "problem": warning}})


def _push(store: Store, _: argparse.Namespace) -> Result:
    return _told("pushed", push(store))


def _pull(store: Store, _: argparse.Namespace) -> Result:
    return _told("pulled", pull(store))


def _told(done: str, synced: Synced) -> Result:
    for name, why in synced.refused.items():
        print_warning(f"{name}: this entry {why}; it was left out")
    say(f"{done} {counted(len(synced.written), 'generation')}")
    return Result(data={done: len(synced.written), "refused": synced.refused})


def _prune(store: Store, arguments: argparse.Namespace) -> Result:
    if arguments.keep_days is None and arguments.max_size is None:
        raise JauntConfigError(
            "prune needs to know what to keep",
            hint="give --keep-days N, --max-size S, or both",
            code=codes.COMMAND_LINE,
        )
    if arguments.remote:
        if arguments.keep_days is None or arguments.max_size is not None:
            raise JauntConfigError(
                "of a remote store only --keep-days is known", hint="give --keep-days N alone", code=codes.COMMAND_LINE
            )
        gone = prune_remote(store, keep_days=arguments.keep_days)
        say(f"removed {counted(len(gone), 'generation')}")
        return Result(data={"removed": len(gone)})
    if store.readonly:
        raise JauntConfigError(
            f"{store.folder} is readonly", hint="to prune it, set readonly = false in [store]", code=codes.STORE
        )
    removed = prune(store, keep_days=arguments.keep_days, max_size=arguments.max_size)
    size = sum(file.size for file in removed)
    say(f"removed {len(removed)} generations, {show_size(size)}")
    return Result(data={"removed": len(removed), "bytes": size})


def _days(text: str) -> float:
    with suppress(ValueError):
        if 0 <= (days := float(text)) < math.inf:
            return days
    raise argparse.ArgumentTypeError(f"must be a number of days, 0 or more, not {text!r}")


def _size(text: str) -> int:
    size = parse_size(text)
    if size is None:
        raise argparse.ArgumentTypeError(f"must be a size such as 500K, 20M or 1G, not {text!r}")
    return size


_ACTIONS = {"info": _info, "prune": _prune, "push": _push, "pull": _pull}
