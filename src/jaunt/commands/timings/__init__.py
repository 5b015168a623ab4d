"""`jaunt timings`."""

import argparse
import webbrowser
from pathlib import Path

from jaunt.build.memory.timings import read_timings
from jaunt.commands.shared.options import add_config_options, read_config
from jaunt.commands.shared.result import Result
from jaunt.commands.timings.timeline import timings_html
from jaunt.files.atomic import ensure_state_folder, write_text_file
from jaunt.files.json_record import plain_record
from jaunt.report.console import print_warning, relative_paths, say
from jaunt.text.counts import counted

PAGE = "timings.html"
"""The page below `.jaunt`, where no other file is named."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--output", metavar="FILE", help=f"the page to write (default: .jaunt/{PAGE})")
    parser.add_argument("--open", action="store_true", help="show the page in a browser")
    add_config_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Write the last build's timeline as a page."""
    root = read_config(arguments).root
    timings = read_timings(root)
    page = Path(arguments.output) if arguments.output else ensure_state_folder(root) / PAGE
    write_text_file(page, timings_html(timings, project=root.name))
    say(f"wrote {relative_paths(str(page))}: {counted(len(timings.jobs), 'job')}, {timings.seconds:.1f} s")
    if arguments.open and not webbrowser.open(page.resolve().as_uri()):
        print_warning(f"no browser could be started: open {page}")
    return Result(data={"output": str(page), **plain_record(timings)})
