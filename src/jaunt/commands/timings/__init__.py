"""`jaunt timings`."""

import argparse
from pathlib import Path

from jaunt.build.timings import read_timings
from jaunt.commands.shared.options import add_config_options, read_config
from jaunt.commands.shared.result import Result
from jaunt.commands.timings.timeline import timings_html
from jaunt.files.atomic import write_text_file
from jaunt.files.json_record import plain_record
from jaunt.report.console import say

DEFAULT_FILE = "jaunt-timings.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        "--output", metavar="FILE", default=DEFAULT_FILE, help=f"the page to write (default: {DEFAULT_FILE})"
    )
    add_config_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Write the last build's timeline as a page."""
    root = read_config(arguments).root
    timings = read_timings(root)
    write_text_file(Path(arguments.output), timings_html(timings, project=root.name))
    say(f"wrote {arguments.output}: {len(timings.jobs)} jobs, {timings.seconds:.1f} s")
    return Result(data={"output": arguments.output, **plain_record(timings)})
