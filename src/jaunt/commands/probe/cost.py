"""What further candidates of a module would cost, before any is asked for."""

from jaunt.build.memory.ledger import read_ledger
from jaunt.commands.build.estimate import at_price, estimate
from jaunt.engine.job import job_name
from jaunt.plan.module_work import ModuleWork
from jaunt.plan.plan import Plan
from jaunt.process.frozen import frozen
from jaunt.text.counts import counted


@frozen
class Cost:
    """How many candidates there are, and what the calls for the others would take: the least and the most.

    The `calls` are at least as many as are missing, and more where one has to be asked for again; `tokens` and `cost`
    are None where they are not known.
    """

    candidates: int
    kept: int
    calls: int
    tokens: tuple[int, int] | None = None
    cost: tuple[float, float] | None = None
    max_cost: float | None = None


def cost_of(plan: Plan, work: ModuleWork, kept: int, wanted: int) -> Cost:
    """Return what it would cost to have so many candidates, by what the module took before, or its prompt's length."""
    config, missing = plan.project.config, wanted - kept
    if not missing:
        return Cost(wanted, kept, 0, max_cost=config.build.max_cost)
    known = read_ledger(plan.project.root).entries.get(job_name(work.kind, work.module))
    bounds = (known, known) if known is not None else estimate(plan, [work.module]).get(work.module)
    if bounds is None or not bounds[1].input_tokens:
        return Cost(wanted, kept, missing, max_cost=config.build.max_cost)
    least, most = (each.input_tokens + each.output_tokens for each in bounds)
    price = config.llm.price
    costs = [at_price(each, price).cost for each in bounds] if price is not None else []
    money = (
        (costs[0] * missing, costs[1] * missing) if costs and costs[0] is not None and costs[1] is not None else None
    )
    return Cost(wanted, kept, missing, (least * missing, most * missing), money, config.build.max_cost)


def cost_line(cost: Cost) -> str:
    """Return it in words."""
    head = counted(cost.candidates, "further candidate")
    if not cost.calls:
        return f"{head}: kept from before, no call"
    parts = [f"{cost.kept} kept from before" if cost.kept else "", f"{counted(cost.calls, 'call')} of the model"]
    if cost.tokens:
        parts.append(f"{_range(*cost.tokens, ',')} tokens")
    if cost.cost:
        parts.append(f"cost {_range(*cost.cost, '.4f')}")
    if cost.max_cost is not None:
        parts.append(f"no call is begun beyond build.max_cost = {cost.max_cost:g}")
    return f"{head}: {', '.join(filter(None, parts))}"


def _range(least: float, most: float, form: str) -> str:
    return f"{least:{form}}" if least == most else f"{least:{form}} to {most:{form}}"
