"""Random draws that the standard library lacks: named streams, weighted values, tables."""

import bisect
import itertools
import random
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value")


def stream(seed: int, name: str) -> random.Random:
    """Return the random numbers of one part of the generator.

    Each part has its own, so a further draw in one part does not change the others.
    """
    return random.Random(f"{seed}/{name}")


def happens(rng: random.Random, share: float) -> bool:
    """Return whether something that happens in this share of cases happens now."""
    return rng.random() < share


class Wheel(Generic[Value]):
    """Draws values with given weights; `values` keeps their order, `total` sums the weights."""

    def __init__(self, weighted: Iterable[tuple[Value, float]]) -> None:
        """Keep the values whose weight is above zero, in their order."""
        pairs = [(value, weight) for value, weight in weighted if weight > 0]
        self.values = [value for value, _ in pairs]
        self._edges = list(itertools.accumulate(weight for _, weight in pairs))
        self.total = self._edges[-1]

    def draw(self, rng: random.Random) -> Value:
        """Return one value."""
        place = bisect.bisect_right(self._edges, rng.random() * self.total)
        return self.values[min(place, len(self.values) - 1)]

    def share(self, value: Value) -> float:
        """Return the probability of a value, 0 if it is never drawn."""
        if value not in self.values:
            return 0.0
        place = self.values.index(value)
        below = self._edges[place - 1] if place else 0.0
        return (self._edges[place] - below) / self.total

    def concentration(self) -> float:
        """Return the probability that two draws are the same value."""
        return sum(self.share(value) ** 2 for value in self.values)


def zipf_shares(count: int, exponent: float) -> list[float]:
    """Return the shares of the ranks 1 to `count` under a Zipf law; they sum to 1."""
    raw = [rank**-exponent for rank in range(1, count + 1)]
    total = sum(raw)
    return [weight / total for weight in raw]


def fitted(
    affinity: Sequence[Sequence[float]],
    row_shares: Sequence[float],
    column_shares: Sequence[float],
    rounds: int,
) -> list[list[float]]:
    """Scale the rows and columns of a table in turn until they sum to the wanted shares.

    Iterative proportional fitting (Deming and Stephan 1940). The rows are scaled last, so that
    they match exactly even where the columns cannot.
    """
    table = [list(row) for row in affinity]
    for _ in range(rounds):
        for column, wanted in enumerate(column_shares):
            found = sum(row[column] for row in table)
            for row in table:
                row[column] *= wanted / found if found else 0.0
        for row, wanted in zip(table, row_shares, strict=True):
            found = sum(row)
            row[:] = [cell * wanted / found for cell in row]
    return table
