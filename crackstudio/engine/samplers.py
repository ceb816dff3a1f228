"""Who comes next: endless draws, repeatable from a seed, and skippable, so that a run can resume.

State (how often each image was used) lives here, not in the data set, where loader workers would lose it.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Drawn = TypeVar("Drawn")


def epochs(things: Sequence[Drawn], *, seed: int) -> Iterator[Drawn]:
    """All of `things` in random order, again and again; none twice before each came once."""
    random = np.random.default_rng(seed)
    while True:
        yield from (things[place] for place in random.permutation(len(things)))


def balanced(positives: Sequence[Drawn], negatives: Sequence[Drawn], *, seed: int) -> Iterator[Drawn]:
    """Epochs of all positives and as many negatives, drawn by frequency of use, alternating.

    Without negatives only positives come, without positives only negatives.
    """
    if not positives or not negatives:
        yield from epochs([*positives, *negatives], seed=seed)
        return
    random = np.random.default_rng(seed)
    uses = np.zeros(len(negatives), dtype=np.int64)
    while True:
        chosen = draw_by_use(uses, len(positives), random=random)
        np.add.at(uses, chosen, 1)
        for positive, negative in zip(random.permutation(len(positives)), chosen, strict=True):
            yield positives[positive]
            yield negatives[negative]


def draw_by_use(uses: NDArray[np.int64], count: int, *, random: np.random.Generator) -> NDArray[np.int64]:
    """`count` indices into `uses`, the little used first in probability; none twice before each came once."""
    whole, rest = divmod(count, len(uses))
    rounds = [random.permutation(len(uses)) for _ in range(whole)]
    rounds.append(random.choice(len(uses), size=rest, replace=False, p=probabilities(uses)))
    return np.concatenate(rounds)


LEAST = 1e-9
"""Of the largest probability: an image whose own came to 0 can still be drawn, last of all."""


def probabilities(uses: NDArray[np.int64]) -> NDArray[np.float64]:
    """Falling with use (Božič, Tabernik, Skočaj 2021, section 3.3): p = 1 - f/max f; p - median + 1; p^(4 ln n).

    Unlike there, counts of zero give a uniform draw in place of NaN, and nothing is ever impossible.
    """
    share = uses / max(1, int(uses.max()))
    p = 1 - share
    p = np.maximum(p - np.median(p) + 1, 0)
    p = p ** (4 * np.log(max(2, len(uses))))
    p = np.maximum(p, LEAST * p.max())
    return np.asarray(p / p.sum(), dtype=np.float64)
