"""The canary of argparse's private name."""

import argparse

from jaunt.commands.shared.parsers import actions_of


def test_the_actions_are_all_options_and_arguments_in_order() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quiet", "-q")
    parser.add_argument("file")
    words = [action.option_strings or action.dest for action in actions_of(parser)]
    assert words == [["-h", "--help"], ["--quiet", "-q"], "file"]
