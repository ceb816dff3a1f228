"""A checkpoint over images: crack maps as 8-bit PNG. Decoding, forward and encoding run side by side.

decode thread --pieces--> this thread: batches of equal pieces, blended --maps--> encode thread
"""

import queue
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crackstudio.core.errors import CrackStudioError
from crackstudio.core.wire import ImageToPropose, ProposalFailed, Proposed
from crackstudio.engine.checkpoint import load_method
from crackstudio.engine.control import Control
from crackstudio.engine.device import choose_place, put
from crackstudio.engine.forward import CrackMap, Rgb, thinking, to_bytes, to_images
from crackstudio.engine.networks.folding import fold_norms
from crackstudio.engine.threads import Threads, counts
from crackstudio.imaging.counts import level_of
from crackstudio.imaging.tiling import Blend, Tile, tiles
from crackstudio.project import rasters

PIECE = 512
"""Side of the pieces a large image is cut into, px; an image of up to twice the area goes through whole."""
OVERLAP = 64
AHEAD = 2
"""Images decoded ahead: few, so that an image put first does not wait long."""
BATCH_PIXELS = {"cpu": 2**18, "cuda": 2**22, "mps": 2**20}
"""Of one forward pass: more gains nothing on a CPU and costs memory."""
BAND = 0.25
"""Half the width of the band round the threshold, relative to it, in which a pixel is unsure."""


class Proposer:
    """A checkpoint on a device, ready to propose. Raises CheckpointError, SettingError."""

    def __init__(self, checkpoint: Path, *, device: str = "auto") -> None:
        self._place = choose_place(device)
        self._method, self.card = load_method(checkpoint)
        self._checkpoint = str(checkpoint)
        for network in self._method.networks().values():
            put(network, self._place)
            fold_norms(network.eval())
        self._piece = max(PIECE, self.card.tile)
        self._threads = Threads(counts() if self._place.device.type == "cpu" else counts()[-1:])

    def propose(
        self, images: Iterable[ImageToPropose], *, control: Control | None = None
    ) -> Generator[Proposed | ProposalFailed, None, None]:
        """One event for each image, once its file is written. `images` is asked for the next one lazily.

        Raises Interrupted when `control` stops, in the middle of a large image too.
        """
        control = control or Control()
        pending: deque[Future[Proposed | ProposalFailed]] = deque()
        networks = [self._method.networks()[self._method.proposer()]]
        with (
            ThreadPoolExecutor(1, "encode") as encoder,
            _Decoder(images, self._piece) as decoder,
            control.watching(networks),
        ):
            for done in self._forwarded(decoder):
                pending.append(encoder.submit(self._finish, done))
                while pending and (pending[0].done() or len(pending) > AHEAD):
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()

    def _forwarded(self, decoder: "_Decoder") -> Iterator["_Image"]:
        """Images whose pieces have all gone through, and those that could not be read."""
        for batch in decoder.batches(pixels=BATCH_PIXELS[self._place.device.type]):
            if batch.failed:
                yield batch.failed
                continue
            pieces = [image.rgb[tile.rows, tile.columns] for image, tile in batch.pieces]
            with self._threads.work(sum(rgb.size for rgb in pieces)), thinking(self._place):
                maps, cracked = self._method.propose(to_images(pieces, self._place))
                found = to_bytes(maps[:, 0])
            scores = [None] * len(found) if cracked is None else cracked.float().cpu().tolist()
            for (image, tile), crack_map, score in zip(batch.pieces, found, scores, strict=True):
                image.add(tile, crack_map, cracked=score)
                if image.is_done:
                    yield image

    def _finish(self, image: "_Image") -> Proposed | ProposalFailed:
        asked = image.asked
        if image.problem:
            return ProposalFailed(id=asked.id, message=image.problem)
        crack_map = image.crack_map()
        try:
            rasters.write_png(Path(asked.out), crack_map)
        except (CrackStudioError, OSError) as error:
            return ProposalFailed(id=asked.id, message=f"The crack map of {asked.image} could not be saved: {error}")
        return Proposed(
            id=asked.id,
            out=asked.out,
            checkpoint=self._checkpoint,
            threshold=self.card.threshold,
            score=uncertainty(crack_map, threshold=self.card.threshold),
            share=float(np.mean(crack_map >= level_of(self.card.threshold))),
            cracked=image.cracked,
        )


def uncertainty(crack_map: CrackMap, *, threshold: float) -> float:
    """How unsure a map is, 0..1: the share of unsure pixels among those that are crack or may be.

    Unsure is a pixel near the threshold. A map without crack and without doubt gives 0; a few specks of doubt on an
    otherwise empty map weigh little (0.05 % of the pixels count as sure in any case).
    """
    low, high = threshold * (1 - BAND), threshold + (1 - threshold) * BAND
    doubtful = int(np.count_nonzero((crack_map >= level_of(low)) & (crack_map < level_of(high))))
    sure = int(np.count_nonzero(crack_map >= level_of(high)))
    return doubtful / (doubtful + sure + 0.0005 * crack_map.size)


class _Image:
    """One image on its way through."""

    def __init__(self, asked: ImageToPropose, rgb: Rgb, pieces: list[Tile], problem: str = "") -> None:
        self.asked, self.rgb, self.pieces, self.problem = asked, rgb, pieces, problem
        self.cracked: float | None = None
        self._left = len(pieces)
        self._whole: CrackMap | None = None
        self._blend = Blend(*rgb.shape[:2]) if len(pieces) > 1 else None

    @property
    def is_done(self) -> bool:
        return self._left == 0

    def add(self, tile: Tile, crack_map: CrackMap, *, cracked: float | None) -> None:
        self._left -= 1
        if cracked is not None:
            self.cracked = max(cracked, self.cracked or 0.0)
        if self._blend:
            self._blend.add(tile, crack_map)
        else:
            self._whole = crack_map

    def crack_map(self) -> CrackMap:
        if self._whole is not None:
            return self._whole
        assert self._blend
        return np.round(self._blend.result()).astype(np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Pieces of one size, of one image or several; or an image that could not be read."""

    pieces: tuple[tuple[_Image, Tile], ...] = ()
    failed: _Image | None = None


class _Decoder:
    """Reads images on its own thread, a few ahead."""

    def __init__(self, images: Iterable[ImageToPropose], piece: int) -> None:
        self._images, self._piece = images, piece
        self._ready: queue.Queue[_Image | None] = queue.Queue(maxsize=AHEAD)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read_all, name="decode", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        while self._thread.is_alive():
            try:
                self._ready.get(timeout=0.05)
            except queue.Empty:
                continue

    def batches(self, *, pixels: int) -> Iterator[_Batch]:
        """Equal pieces together, as many as `pixels` allow, but never waiting for an image not yet decoded."""
        waiting: list[tuple[_Image, Tile]] = []
        while image := self._ready.get():
            if image.problem:
                yield _Batch(failed=image)
            for tile in image.pieces:
                size = tile.height, tile.width
                full = (len(waiting) + 1) * size[0] * size[1] > pixels
                if waiting and (full or size != (waiting[0][1].height, waiting[0][1].width)):
                    yield _Batch(pieces=tuple(waiting))
                    waiting = []
                waiting.append((image, tile))
            if waiting and self._ready.empty():
                yield _Batch(pieces=tuple(waiting))
                waiting = []
        if waiting:
            yield _Batch(pieces=tuple(waiting))

    def _read_all(self) -> None:
        try:
            for asked in self._images:
                self._put(self._decoded(asked))
                if self._ended.is_set():
                    return
        finally:
            self._put(None)

    def _decoded(self, asked: ImageToPropose) -> _Image:
        try:
            rgb = rasters.read_rgb8(Path(asked.image), page=asked.page)
        except (CrackStudioError, MemoryError) as error:
            return _Image(asked, _NOTHING, [], str(error) or f"{asked.image} does not fit into memory.")
        height, width = rgb.shape[:2]
        whole = height * width <= 2 * self._piece**2 and max(height, width) <= 2 * self._piece
        size = max(height, width) if whole else self._piece
        return _Image(asked, rgb, tiles(height, width, size=size, overlap=min(OVERLAP, size - 1)))

    def _put(self, image: _Image | None) -> None:
        while not self._ended.is_set():
            try:
                self._ready.put(image, timeout=0.2)
            except queue.Full:
                continue
            else:
                return


_NOTHING: NDArray[np.uint8] = np.empty((0, 0, 3), np.uint8)
