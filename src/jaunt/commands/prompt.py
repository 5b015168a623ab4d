"""`jaunt prompt`."""

import argparse

from jaunt.build.context import make_context
from jaunt.commands.shared.options import add_module_argument, add_project_options
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import read_module
from jaunt.generate.prompt import load_templates, render_messages
from jaunt.plan.module_work import project_works
from jaunt.report.console import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    add_module_argument(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Print exactly what would be sent for a module, and its size."""
    project, module = read_module(arguments)
    (work,) = project_works(project, [module])
    config = project.config
    templates = load_templates(config.prompts, root=config.root, style=config.llm.prompt_style)
    messages = render_messages(make_context(work), templates)
    for message in messages:
        say(f"--- {message.role}\n{message.content}")
    size = sum(len(message.content) for message in messages)
    say(f"--- {size} characters, about {size // 4} tokens")
    facts = [{"role": message.role, "content": message.content} for message in messages]
    return Result(data={"module": module, "messages": facts, "characters": size})
