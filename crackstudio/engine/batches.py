"""Batches of every stream a method draws, cut on a background thread a few steps ahead."""

import contextlib
import itertools
import queue
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor

from crackstudio.core.errors import MaskError, NeedsError, RasterError
from crackstudio.core.images import Domain, Tag
from crackstudio.engine.dataset import Aim, Crop, Dataset
from crackstudio.engine.method import Sample, Stream
from crackstudio.engine.samplers import balanced, epochs

AHEAD = 3
ON_CRACK_SHARE = 0.75
"""Of the crops of a masked image with a defect; the rest fall anywhere, so that quiet surface is seen too."""
UNREADABLE = 20
"""Unreadable images in a row before a stream gives up."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One image to cut a crop from; None: the dice decide between on a crack and anywhere."""

    index: int
    aim: Aim | None = None


def draws(dataset: Dataset, stream: Stream) -> tuple[list[Draw], list[Draw]]:
    """What a stream consists of: draws with a defect, and draws without (both may be empty).

    Streams of tags take the tagged tiles of an image in place of it; those of masks and domains know no tiles.
    """
    cracked, intact = _sides(dataset, dataset.tagged)
    masked = [index for index in cracked if dataset.items[index].mask]
    quiet = [Draw(index) for index in intact] or [Draw(index, Aim.CLEAR) for index in masked]
    whole = [Draw(index) for index in _sides(dataset, dataset.images)[1]]
    source = {index for index in dataset.images if dataset.items[index].domain is Domain.SOURCE}
    return {
        Stream.ANY: ([Draw(index) for index in dataset.tagged], []),
        Stream.CRACKED: ([Draw(index, Aim.ON_CRACK) for index in cracked], []),
        Stream.INTACT: ([], quiet),
        Stream.MASKED: ([Draw(index) for index in masked], whole),
        Stream.BALANCED: ([Draw(index, Aim.ON_CRACK) for index in cracked], quiet),
        Stream.SOURCE: ([Draw(i) for i in masked if i in source], [one for one in whole if one.index in source]),
        Stream.TARGET: ([Draw(index) for index in dataset.images if index not in source], []),
    }[stream]


def _sides(dataset: Dataset, indices: Sequence[int]) -> tuple[list[int], list[int]]:
    """Those with a defect and those without; what nobody has said anything of is on neither side."""
    known = {index: _is_cracked(dataset, index) for index in indices}
    return [i for i, is_cracked in known.items() if is_cracked], [i for i in known if known[i] is False]


def order(stream: Stream, with_defect: Sequence[Draw], without: Sequence[Draw], *, seed: int) -> Iterator[Draw]:
    """The endless order of a stream: epochs of everything, or balanced where quiet images would drown the others."""
    if stream is Stream.BALANCED or len(without) > len(with_defect) > 0:
        return balanced(with_defect, without, seed=seed)
    return epochs([*with_defect, *without], seed=seed)


class Batches:
    """Endless batches, repeatable from `seed` and `first_step`; use as a context, the thread ends with it."""

    def __init__(self, dataset: Dataset, streams: Mapping[Stream, int], *, seed: int, first_step: int = 0) -> None:
        self._dataset = dataset
        self._seed = seed
        self._orders: dict[Stream, tuple[Iterator[Draw], int]] = {}
        self.epoch_steps = 1
        for number, (stream, count) in enumerate(streams.items()):
            with_defect, without = draws(dataset, stream)
            if not with_defect and not without:
                raise NeedsError(f"There is not one image to draw from for {stream.value}: tag or mask some first.")
            if stream is Stream.BALANCED and not without:
                raise NeedsError("There is nothing intact to compare with: tag an intact image, or mask a cracked one.")
            endless = order(stream, with_defect, without, seed=seed * 1009 + number)
            things = 2 * len(with_defect) if stream is Stream.BALANCED else len(with_defect) + len(without)
            self.epoch_steps = max(self.epoch_steps, -(-things // count))
            self._orders[stream] = (itertools.islice(endless, first_step * count, None), count)
        self._ready: queue.Queue[dict[Stream, Sample] | Exception] = queue.Queue(maxsize=AHEAD)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._fill, args=(first_step,), name="batches", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        while self._thread.is_alive():  # it may be waiting for room
            with contextlib.suppress(queue.Empty):
                self._ready.get_nowait()
            self._thread.join(timeout=0.05)

    def next(self, device: torch.device) -> dict[Stream, Sample]:
        """The batch of the next step, on `device`. Raises what cutting it raised."""
        batch = self._ready.get()
        if isinstance(batch, Exception):
            raise batch
        return {stream: prepared(sample, device) for stream, sample in batch.items()}

    def _fill(self, step: int) -> None:
        try:
            while not self._ended.is_set():
                random = np.random.default_rng((self._seed, step))
                self._put({stream: gathered(self._cut(stream, random=random)) for stream in self._orders})
                step += 1
        except Exception as error:  # noqa: BLE001 - handed to the training thread, which raises it
            self._put(error)

    def _put(self, thing: dict[Stream, Sample] | Exception) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(queue.Full):
                self._ready.put(thing, timeout=0.2)
                return

    def _cut(self, stream: Stream, *, random: np.random.Generator) -> list[Crop]:
        endless, count = self._orders[stream]
        count *= self._dataset.feed.instances
        crops: list[Crop] = []
        unreadable: dict[str, Exception] = {}
        passed_over = 0
        while len(crops) < count:
            draw = next(endless)
            file = self._dataset.items[draw.index].image
            if file in unreadable:  # another tile of it
                passed_over += 1
                if passed_over > 2 * len(self._dataset):
                    raise unreadable[file]
                continue
            aim = draw.aim or (Aim.ON_CRACK if random.random() < ON_CRACK_SHARE else Aim.ANYWHERE)
            try:
                crops += self._dataset.bag(draw.index, aim=aim, random=random)
                passed_over = 0
            except (RasterError, MaskError) as error:
                # one damaged file must not end a night's run: the next image takes its place
                unreadable[file] = error
                print(f"left out: {error}", file=sys.stderr)  # noqa: T201 - the run's log
                if len(unreadable) >= UNREADABLE:
                    raise
        return crops


def gathered(crops: Sequence[Crop]) -> Sample:
    """Crops of one size as one sample on the CPU, images and masks still of bytes; images channels-last by layout."""
    return Sample(
        images=torch.from_numpy(np.stack([crop.rgb for crop in crops])).permute(0, 3, 1, 2),
        cracked=torch.tensor([float(crop.cracked) for crop in crops]),
        masks=torch.from_numpy(np.stack([crop.mask for crop in crops]))[:, None],
        weights=torch.from_numpy(np.stack([crop.weights for crop in crops]))[:, None],
        has_mask=torch.tensor([crop.has_mask for crop in crops]),
    )


def prepared(gathered: Sample, device: torch.device) -> Sample:
    """The sample a step is given: on its device, images in [0, 1]."""
    return Sample(
        images=_moved(gathered.images, device).float().div_(255),
        cracked=_moved(gathered.cracked, device),
        masks=_moved(gathered.masks, device).float(),
        weights=_moved(gathered.weights, device),
        has_mask=_moved(gathered.has_mask, device),
    )


def _moved(tensor: Tensor, device: torch.device) -> Tensor:
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)


def _is_cracked(dataset: Dataset, index: int) -> bool | None:
    tag = dataset.items[index].tag
    if tag is not Tag.UNKNOWN:
        return tag is Tag.CRACKED
    truth = dataset.truth(index)
    return None if truth is None else bool(((truth > 0) & (truth < 255)).any())
