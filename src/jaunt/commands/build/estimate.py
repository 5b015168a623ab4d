"""What calls would take where no history tells: by the prompts that would be sent, and the length of the specs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from jaunt.build.context import make_context, part_of_context
from jaunt.build.memory.ledger import Generation
from jaunt.config import PriceConfig
from jaunt.errors import JauntError
from jaunt.generate.judge import judge_messages
from jaunt.generate.prompt import load_templates, render_messages
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.generate.usage import Usage
from jaunt.plan.module_work import project_works
from jaunt.plan.moved_specs import moved_specs
from jaunt.plan.plan import Plan

_CHARACTERS = 4  # of a token, about, as `jaunt prompt` and programs without a count have it
_LONGEST = 6  # times the length of its spec, of an answer
_MOST_RENDERED = 100  # prompts; 0.2 s. Of more modules, the others are taken to be like these

Bounds = tuple[Generation, Generation]


def estimate(plan: Plan, modules: Sequence[str]) -> Mapping[str, Bounds]:
    """Return the least and the most that each module's generation would take, in tokens.

    The least is one answer as long as the spec, the most all attempts with answers of `_LONGEST` times that.
    Nothing is returned where prompts can't be made, which a build tells.
    """
    config = plan.project.config
    found: dict[str, Bounds] = {}
    try:
        templates = load_templates(config.prompts, root=config.root, style=config.llm.prompt_style)
        for work in project_works(plan.project, modules[:_MOST_RENDERED]):
            context = make_context(work)
            sent = sum(len(message.content) for message in render_messages(context, templates))
            found[work.module] = _bounds(sent // _CHARACTERS, _spec_tokens(context), config.build.max_attempts)
    except JauntError:
        return {}
    return {**found, **dict.fromkeys(modules[_MOST_RENDERED:], _mean([*found.values()]))} if found else {}


def judge_bounds(plan: Plan, module: str, generation: Generation | None) -> Bounds:
    """Return the least and the most that judging a reworded module takes: the question; and that with a `generation`.

    Where that is not known, it is estimated.
    """
    (work,) = project_works(plan.project, [module])
    context = make_context(work)
    text = work.path.read_bytes().decode("utf-8", "replace")
    moved = moved_specs(work, text)
    part = context if moved is None else part_of_context(context, moved)
    sent = sum(len(message.content) for message in judge_messages(part, {})) // _CHARACTERS
    known = generation or estimate(plan, [module]).get(module, (None, None))[1] or Generation(0.0)
    return Generation(0.0, sent, 1), Generation(0.0, sent + known.input_tokens, 1 + known.output_tokens)


def _spec_tokens(context: ModuleSpecContext) -> int:
    return sum(map(len, context.spec_sources.values())) // _CHARACTERS


def _bounds(sent: int, spec: int, attempts: int) -> Bounds:
    return Generation(0.0, sent, spec), Generation(0.0, attempts * sent, attempts * _LONGEST * spec)


def _mean(known: Sequence[Bounds]) -> Bounds:
    least, most = (
        Generation(
            0.0,
            sum(pair[i].input_tokens for pair in known) // len(known),
            sum(pair[i].output_tokens for pair in known) // len(known),
        )
        for i in (0, 1)
    )
    return least, most


def at_price(generation: Generation, price: PriceConfig) -> Generation:
    """Return a generation with what it costs: as it was told then, or else at today's price."""
    if generation.cost is not None:
        return generation
    return replace(generation, cost=Usage(generation.input_tokens, generation.output_tokens).cost(price))
