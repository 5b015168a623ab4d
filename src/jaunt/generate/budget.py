"""A limit on what a run may take, in tokens or in money."""

from jaunt import codes
from jaunt.config import JauntConfig, PriceConfig
from jaunt.errors import JauntBudgetError, JauntConfigError
from jaunt.generate.usage import Usage
from jaunt.process.frozen import frozen


@frozen
class Budget:
    """How many tokens, in and out together, and how much money a run may take; None is no limit.

    The limit is on new calls: what is under way when it is reached still ends, lands and is paid for.
    """

    max_tokens: int | None = None
    max_cost: float | None = None
    price: PriceConfig | None = None

    def admit(self, usage: Usage) -> None:
        """Raise JauntBudgetError if `usage` has reached the limit."""
        tokens = usage.input_tokens + usage.output_tokens
        if self.max_tokens is not None and tokens >= self.max_tokens:
            raise JauntBudgetError(
                f"not started: build.max_tokens = {self.max_tokens} is reached", hint="raise it, or build again"
            )
        if self.max_cost is not None and self.price is not None and usage.cost(self.price) >= self.max_cost:
            raise JauntBudgetError(
                f"not started: build.max_cost = {self.max_cost:g} is reached", hint="raise it, or build again"
            )


def budget_of(config: JauntConfig) -> Budget:
    """Return the budget that a configuration sets; raises JauntConfigError for a cost limit without prices."""
    if config.build.max_cost is not None and config.llm.price is None:
        raise JauntConfigError(
            "build.max_cost needs prices",
            hint="set input and output in [llm.price], per million tokens",
            code=codes.PROVIDER,
        )
    return Budget(config.build.max_tokens, config.build.max_cost, config.llm.price)
