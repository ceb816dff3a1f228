"""Sorting by the hundred thousand while others work: `list.sort` keeps every other thread waiting until its end."""

import heapq
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, TypeVar

Item = TypeVar("Item")

_AT_ONCE = 4000
"""So many are sorted in about a millisecond."""


def sorted_gently(items: Iterable[Item], *, key: Callable[[Item], Any]) -> list[Item]:
    """What `sorted` gives, in twice the time where it was not in order; nobody waits for more than milliseconds."""
    found = list(items)
    keys = [key(item) for item in found]
    if all(one <= other for one, other in pairwise(keys)):  # as images are that were scanned before
        return found
    order = range(len(found))
    runs = [sorted(order[at : at + _AT_ONCE], key=keys.__getitem__) for at in range(0, len(found), _AT_ONCE)]
    return [found[at] for at in heapq.merge(*runs, key=keys.__getitem__)]
