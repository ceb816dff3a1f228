"""Prunes spurs: the short side branches that a rough border, or a hasty hand, leaves on a crack."""

import cv2
import numpy as np
import numpy.typing as npt

from crackstudio.core.classes import BACKGROUND
from crackstudio.imaging.blocks import Bits, blocks, grown, is_blank, paint, part
from crackstudio.imaging.patch import Patch
from crackstudio.imaging.skeletons import Floats, Numbers, Places, Skeleton, depth_of
from crackstudio.imaging.tiled_mask import TiledMask

MARGIN = 64
"""Half the width of the widest crack in px that looks the same from every block."""
FORK = 3
"""Lines that meet at a fork; where only two meet, a crack goes on."""


def prune_spurs(mask: TiledMask, *, value: int, shortest: int) -> Patch:
    """Branches of class `value` whose skeleton is shorter than `shortest` px, from their end to the fork, vanish.

    Of the branches of a fork the shortest goes first, and the two that remain are one line from then on: no piece
    vanishes as a whole. A branch that leaves the picture stays, for nobody knows its length. Other classes and unsure
    pixels stay. From fork to fork one decision may depend on another: they are followed to 2 `shortest` + 64 px from
    their block.
    """
    after = mask.snapshot()
    for area in blocks(mask):
        if not is_blank(mask, area):
            around = grown(area, 2 * shortest + MARGIN, mask)
            gone = _spurs(mask.region(*around) == value, shortest)
            paint(after, area, gone[part(area, around)], value=BACKGROUND)
    return after.changes_since(mask)


def _spurs(bits: Bits, shortest: int) -> Bits:
    """The pixels of the spurs: what the discs on their skeleton cover, and those on the rest do not.

    A disc on a pixel reaches to the nearest border. Corners that no disc covers go too where they are cut off.
    """
    whole, depth = Skeleton(bits), depth_of(bits)
    kept = _pruned(whole, depth, shortest)
    if kept is whole:
        return np.zeros_like(bits)
    stays = np.zeros_like(bits)
    stays[tuple(kept.places.T)] = True
    lost = whole.places[~stays[tuple(whole.places.T)]]
    gone = _discs(lost, depth) & ~_discs(kept.places, depth)
    _, pieces = cv2.connectedComponents((bits & ~gone).view(np.uint8), connectivity=8)
    cut_off = np.zeros(int(pieces.max()) + 1, np.bool_)
    cut_off[pieces[cv2.dilate(gone.view(np.uint8), np.ones((3, 3), np.uint8)).view(np.bool_)]] = True
    cut_off[pieces[stays]] = False
    cut_off[0] = False
    return np.asarray(gone | cut_off[pieces])


def _pruned(skeleton: Skeleton, depth: Floats, shortest: int) -> Skeleton:
    while (lost := _shortest_spurs(skeleton, depth, shortest)).any():
        skeleton = skeleton.without(lost)
    return skeleton


def _shortest_spurs(skeleton: Skeleton, depth: Floats, shortest: int) -> Bits:
    """(N,) bool: of each fork's spurs the shortest."""
    beside, around = skeleton.around >= 0, skeleton.around
    near = skeleton.forks | (skeleton.forks[around] & beside).any(axis=1)
    near &= ~skeleton.ends  # a branch of one pixel is one
    strand = _strands(around, beside & (near[around] == near[:, None]))
    length = np.bincount(strand) + 1  # the pixel beside the fork, which is near it
    loose = np.zeros(len(length), np.bool_)
    loose[strand[skeleton.ends & _is_inner(skeleton.places, depth)]] = True
    touching = beside & near[around] & ~near[:, None]
    node, side = np.nonzero(touching)
    node, first = np.unique(node, return_index=True)
    fork, branch = strand[around[node, side[first]]], strand[node]
    meeting = np.bincount(fork, minlength=len(length))
    spur = loose[branch] & (length[branch] < shortest) & (meeting[fork] >= FORK)
    fork, branch = fork[spur], branch[spur]
    order = np.lexsort((branch, length[branch], fork))
    _, first = np.unique(fork[order], return_index=True)
    return np.isin(strand, branch[order][first])


def _strands(around: Numbers, linked: Bits) -> Numbers:
    """(N,) the number of each pixel's strand: pixels that are `linked`, (N, 8), to their neighbours `around`."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    starts = np.concatenate((np.zeros(1, np.int32), np.cumsum(np.count_nonzero(linked, axis=1), dtype=np.int32)))
    others = around[linked].astype(np.int32)
    links = csr_array((np.ones(len(others), np.int8), others, starts), shape=(len(around), len(around)))
    return np.asarray(connected_components(links, directed=False)[1], np.intp)


def _is_inner(places: Places, depth: Floats) -> Bits:
    """Whether a crack that ends at each place ends there itself, not the picture or the block."""
    to_border = np.minimum(places, np.array(depth.shape) - 1 - places).min(axis=1)
    return np.asarray(to_border > depth[tuple(places.T)])


def _discs(places: Places, depth: Floats) -> Bits:
    """What lies less than `depth` from one of the places."""
    covered = np.zeros(depth.shape, np.bool_)
    radii = depth[tuple(places.T)]
    for radius in np.unique(radii):
        reach = int(np.ceil(radius)) - 1
        across: npt.NDArray[np.intp] = np.arange(-reach, reach + 1)
        rows, columns = np.nonzero(across[:, None] ** 2 + across**2 < radius * radius)
        here = places[radii == radius]
        covered[here[:, :1] + across[rows], here[:, 1:] + across[columns]] = True
    return covered
