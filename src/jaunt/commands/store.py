"""`jaunt store`."""

import argparse
import math
import time
from contextlib import suppress

from jaunt.build.store import Store, open_store
from jaunt.commands.shared.options import add_config_options, read_config
from jaunt.commands.shared.result import Result
from jaunt.errors import JauntConfigError
from jaunt.report.console import say
from jaunt.text.sizes import parse_size, show_size


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("action", choices=["info", "prune"], help="say what is in it, or remove some of it")
    parser.add_argument("--keep-days", type=_days, metavar="N", help="prune: keep what was used in the last N days")
    parser.add_argument(
        "--max-size", type=_size, metavar="S", help="prune: keep S bytes of what was used last (500K, 20M)"
    )
    add_config_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Show or prune the store."""
    config = read_config(arguments)
    store = open_store(config)
    if arguments.action == "prune":
        return _prune(store, arguments)
    files = list(store.files())
    size = sum(file.size for file in files)
    say(f"{store.folder}: {len(files)} generations, {show_size(size)}{', readonly' if store.readonly else ''}")
    if files:
        days = (time.time() - min(file.used for file in files)) / 86_400
        say(f"the least recently used: {days:.0f} days ago")
    return Result(data={"folder": str(store.folder), "generations": len(files), "bytes": size})


def _prune(store: Store, arguments: argparse.Namespace) -> Result:
    if arguments.keep_days is None and arguments.max_size is None:
        raise JauntConfigError("prune needs to know what to keep", hint="give --keep-days N, --max-size S, or both")
    if store.readonly:
        raise JauntConfigError(f"{store.folder} is readonly", hint="to prune it, set readonly = false in [store]")
    removed = store.prune(keep_days=arguments.keep_days, max_size=arguments.max_size)
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
