"""Connected components of a mask of any size: labelled block by block, joined along the seams."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import numpy.typing as npt

from crackstudio.imaging.blocks import BLOCK, Bits, blocks
from crackstudio.imaging.patch import Area, Pixels
from crackstudio.imaging.tiled_mask import TiledMask

Labels = npt.NDArray[np.int32]
Ids = npt.NDArray[np.int64]
Belongs = Callable[[Pixels], Bits]
Wanted = Callable[[Ids, Bits], Bits]
"""Of each component its area in pixels and whether it touches the mask's border -> whether it is wanted."""


def components(mask: TiledMask, *, belongs: Belongs, connectivity: int, wanted: Wanted) -> Iterator[tuple[Area, Bits]]:
    """The pixels of the wanted components, as (area, (height, width) bool) per block that holds any.

    `belongs` says which pixel values the components are made of, `connectivity` is 4 or 8. Blocks are labelled a
    second time where a component is wanted: the labels of 144 MP would take 576 MB.
    """
    seams, areas, offsets = _Seams(mask), [np.zeros(1, np.int64)], [0]
    for area in blocks(mask):
        labels, sizes = _labelled(mask.region(*area), belongs, connectivity)
        seams.add(area, labels, offset=offsets[-1])
        areas.append(sizes)
        offsets.append(offsets[-1] + len(sizes))
    roots = seams.roots(offsets[-1] + 1, connectivity)
    whole = np.bincount(roots, weights=np.concatenate(areas)).astype(np.int64)
    outer = np.zeros(len(whole), np.bool_)
    outer[roots[seams.at_border()]] = True
    chosen = wanted(whole, outer)[roots]
    for area, first, last in zip(blocks(mask), offsets, offsets[1:], strict=False):
        mine = chosen[first + 1 : last + 1]
        if mine.any():
            labels, _ = _labelled(mask.region(*area), belongs, connectivity)
            yield area, np.concatenate(([False], mine))[labels]


def _labelled(values: Pixels, belongs: Belongs, connectivity: int) -> tuple[Labels, Ids]:
    """Labels from 1, and the pixels of each."""
    bits = belongs(values)
    if not bits.any():
        return np.zeros(bits.shape, np.int32), np.zeros(0, np.int64)
    if bits.all():
        return np.ones(bits.shape, np.int32), np.array([bits.size])
    _, labels, figures, _ = cv2.connectedComponentsWithStats(bits.view(np.uint8), connectivity=connectivity)
    return np.asarray(labels, np.int32), figures[1:, cv2.CC_STAT_AREA].astype(np.int64)


class _Seams:
    """What lies along both sides of every seam between blocks, and along the mask's border; 0 where nothing does."""

    def __init__(self, mask: TiledMask) -> None:
        rows, columns = -(-mask.height // BLOCK), -(-mask.width // BLOCK)
        self._top, self._bottom = np.zeros((2, rows, mask.width), np.int64)
        self._left, self._right = np.zeros((2, columns, mask.height), np.int64)

    def add(self, area: Area, labels: Labels, *, offset: int) -> None:
        row, column = area.top // BLOCK, area.left // BLOCK
        across, down = slice(area.left, area.left + area.width), slice(area.top, area.top + area.height)
        self._top[row, across], self._bottom[row, across] = _ids(labels[0], offset), _ids(labels[-1], offset)
        self._left[column, down], self._right[column, down] = _ids(labels[:, 0], offset), _ids(labels[:, -1], offset)

    def at_border(self) -> Ids:
        border = np.concatenate((self._top[0], self._bottom[-1], self._left[0], self._right[-1]))
        return border[border > 0]

    def roots(self, count: int, connectivity: int) -> Ids:
        """For each of `count` ids the number of its component; id 0 is alone."""
        sides = ((self._bottom[:-1], self._top[1:]), (self._right[:-1], self._left[1:]))
        pairs = np.concatenate([pair for one, other in sides for pair in _meeting(one, other, connectivity)], axis=1)
        if pairs.shape[1] == 0:
            return np.arange(count)
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        links = coo_array((np.ones(pairs.shape[1], np.int8), (pairs[0], pairs[1])), shape=(count, count))
        return np.asarray(connected_components(links, directed=False)[1], np.int64)


def _ids(labels: Labels, offset: int) -> Ids:
    return np.where(labels > 0, labels.astype(np.int64) + offset, 0)


def _meeting(one: Ids, other: Ids, connectivity: int) -> Iterator[Ids]:
    """Pairs of ids, (2, n), that touch across the seams."""
    yield _pairs(one, other)
    if connectivity == 8:
        yield _pairs(one[:, 1:], other[:, :-1])
        yield _pairs(one[:, :-1], other[:, 1:])


def _pairs(one: Ids, other: Ids) -> Ids:
    both = (one > 0) & (other > 0)
    return np.unique(np.stack((one[both], other[both])), axis=1)
