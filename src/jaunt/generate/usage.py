"""What calls of a model took."""

from jaunt.config import PriceConfig
from jaunt.process.frozen import frozen


@frozen
class Usage:
    """Tokens that calls took; `cached_input_tokens` are part of `input_tokens`.

    `estimated` tells that some of them are an estimate, as nobody counted them.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_input_tokens + other.cached_input_tokens,
            self.estimated or other.estimated,
        )

    def cost(self, price: PriceConfig) -> float:
        """Return what the tokens cost, in the currency of `price`, which is for a million of them."""
        cached = price.input if price.cached_input is None else price.cached_input
        fresh = max(0, self.input_tokens - self.cached_input_tokens)
        return (fresh * price.input + self.cached_input_tokens * cached + self.output_tokens * price.output) / 1e6
