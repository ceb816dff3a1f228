"""What a run is looked at with: fixed probes, scores on validation masks or without any, previews."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from crackstudio.core.classes import BACKGROUND, UNSURE
from crackstudio.core.errors import CrackStudioError, RasterError
from crackstudio.core.images import MaskKind, Split, Tag
from crackstudio.core.wire import Preview, PreviewSaved
from crackstudio.engine.calibration import label_free_threshold
from crackstudio.engine.dataset import Dataset
from crackstudio.engine.device import Place
from crackstudio.engine.forward import CrackMap, Rgb, crack_maps, proposing, to_bytes, to_images
from crackstudio.engine.method import Method
from crackstudio.imaging.scores import best_threshold, crack_scores
from crackstudio.project import rasters

VALIDATION_MASKS, VALIDATION_QUIET = 30, 10
TAGGED, MOST_TAGGED, TAGGED_PIXELS = 12, 48, 48 * 96**2
"""Images of each tag for the guard and the label-free threshold, more where they are small; masks that lend one.

With 48 tiles in place of 12 the threshold spreads by 0.01 in place of 0.03 to 0.06.
"""
ENOUGH = 5
"""Validation masks with a defect that can tell the best checkpoint; fewer tell chance: then the last one is kept."""
PREVIEW_PROBES = 4
SIDE = 384
"""Longest side of a probe, px: larger images are cut, not shrunk, since thin cracks do not survive shrinking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A fixed piece of an image; truth is its mask, where a person stands by one."""

    name: str
    rgb: Rgb
    tag: Tag
    truth: NDArray[np.uint8] | None = None

    @property
    def shows_crack(self) -> bool:
        """Whether its mask has a defect."""
        return self.truth is not None and bool(((self.truth != BACKGROUND) & (self.truth != UNSURE)).any())


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Scores at a threshold. `rank` is what the best checkpoint has most of; None where no mask can tell."""

    threshold: float
    scores: dict[str, float | None]
    rank: float | None


class Jury:
    """The probes of a run. Validation images judge; where none has a mask, training images lend a threshold only."""

    def __init__(self, dataset: Dataset, *, seed: int) -> None:
        """`dataset` is over every image of the snapshot, both splits."""
        indices = list(range(len(dataset)))
        Random(seed).shuffle(indices)  # noqa: S311 - a choice of pictures
        held_out = [i for i in indices if dataset.items[i].split is Split.VALIDATION]
        trained = [i for i in indices if dataset.items[i].split is Split.TRAIN]
        spoken = set(dataset.tagged)
        tagged = [i for i in held_out + trained if i in spoken]
        self.validation = _judges(dataset, held_out, masks=VALIDATION_MASKS, quiet=VALIDATION_QUIET)
        self.decides = sum(probe.shows_crack for probe in self.validation) >= ENOUGH
        self.calibration = () if self.decides else _judges(dataset, trained, masks=TAGGED, quiet=0)
        self.cracked = _tagged_probes(dataset, _tagged(dataset, tagged, Tag.CRACKED))
        self.intact = _tagged_probes(dataset, _tagged(dataset, tagged, Tag.INTACT))

    def judge(self, method: Method, *, place: Place) -> Judgement:
        """Scores and threshold of the method as it stands."""

        def maps(probes: Sequence[Probe]) -> list[CrackMap]:
            with proposing(method, place=place):
                return crack_maps(method, [probe.rgb for probe in probes], place=place)

        if self.validation:
            pairs = _pairs(maps(self.validation), self.validation)
            lent = _pairs(maps(self.calibration), self.calibration) if self.calibration else []
            threshold, iou = best_threshold([*pairs, *lent])
            rank = iou if self.decides else None
            return Judgement(threshold=threshold, scores=crack_scores(pairs, threshold=threshold), rank=rank)
        cracked, intact = maps(self.cracked), maps(self.intact)
        if self.calibration:
            threshold, _ = best_threshold(_pairs(maps(self.calibration), self.calibration))
        else:
            threshold = label_free_threshold(cracked, intact)
        return Judgement(threshold=threshold, scores=_label_free_scores(cracked, intact), rank=None)

    def guard_maps(self, method: Method, *, place: Place, side: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(N, H, W) maps in [0, 1] of cracked and of intact probes, cut to one size."""

        def maps(probes: Sequence[Probe]) -> NDArray[np.float32]:
            equal = [_cut_to(probe.rgb, side) for probe in probes[:TAGGED]]
            with proposing(method, place=place):
                found = method.crack_map(to_images(equal, place))
            return found[:, 0].float().cpu().numpy()

        return maps(self.cracked), maps(self.intact)


class Gallery:
    """Previews of a few probes as PNG files in `previews/` of the run folder."""

    def __init__(self, folder: Path, jury: Jury) -> None:
        self._folder = folder
        best = [probe for probe in jury.validation if probe.shows_crack] + list(jury.cracked) + list(jury.intact[:1])
        by_name = {probe.name: probe for probe in best[: 2 * PREVIEW_PROBES]}
        self._probes = list(by_name.values())[:PREVIEW_PROBES]
        self._kept: dict[int, dict[str, str]] = {}

    def pin(self, asked: Preview) -> None:
        """Add an image the person looks at. Raises RasterError."""
        rgb = rasters.read_rgb8(Path(asked.image), page=asked.page)
        rows, columns = _middle(rgb.shape[0], SIDE), _middle(rgb.shape[1], SIDE)
        self._probes.append(Probe(name=asked.name, rgb=rgb[rows, columns].copy(), tag=Tag.UNKNOWN))

    def show(
        self, method: Method, step: int, *, place: Place, threshold: float, newest: bool = False
    ) -> Iterable[PreviewSaved]:
        """Write the pictures of every probe at this step, or of the one pinned last."""
        for number in range(len(self._probes) - 1 if newest else 0, len(self._probes)):
            probe = self._probes[number]
            with proposing(method, place=place):
                (name, found), *others = method.preview(to_images([probe.rgb], place)).items()
                layers = [(name, found), ("proposal", found >= threshold), *others]
                pictures = {name: to_bytes(layer[0]) for name, layer in layers}
            kept = self._kept.setdefault(number, {}) or self._keep(number, probe)
            written = {
                name: self._write(f"{number}-{name}-{step:07d}", np.ascontiguousarray(picture.transpose(1, 2, 0)))
                for name, picture in pictures.items()
            }
            yield PreviewSaved(step=step, probe=probe.name, pictures={**kept, **written})

    def _keep(self, number: int, probe: Probe) -> dict[str, str]:
        kept = self._kept[number]
        kept["image"] = self._write(f"{number}-image", probe.rgb)
        if probe.truth is not None:
            shown = np.where(probe.truth == UNSURE, 128, np.where(probe.truth == BACKGROUND, 0, 255)).astype(np.uint8)
            kept["mask"] = self._write(f"{number}-mask", shown)
        return kept

    def _write(self, name: str, picture: NDArray[np.uint8]) -> str:
        relative = f"previews/{name.replace(' ', '-')}.png"
        rasters.write_png(self._folder / relative, picture[..., 0] if picture.shape[-1] == 1 else picture)
        return relative


def _judges(dataset: Dataset, indices: Sequence[int], *, masks: int, quiet: int) -> tuple[Probe, ...]:
    """Probes with a mask, and intact ones; none at all where not one mask has a defect.

    Where there are exact masks, only they judge: a threshold that fits coarse regions draws every crack too wide.
    """
    masked = [i for i in indices if dataset.items[i].mask and dataset.items[i].tag is not Tag.INTACT]
    exact = [i for i in masked if dataset.items[i].mask_kind is MaskKind.EXACT]
    found = _probes(dataset, exact or masked, limit=masks)
    if not any(probe.shows_crack for probe in found):
        return ()
    images = [index for index in indices if index in dataset.images]
    return found + _probes(dataset, _tagged(dataset, images, Tag.INTACT), limit=quiet)


def _tagged(dataset: Dataset, indices: Iterable[int], tag: Tag) -> list[int]:
    return [i for i in indices if dataset.items[i].tag is tag]


def _probes(dataset: Dataset, indices: Iterable[int], *, limit: int) -> tuple[Probe, ...]:
    found: list[Probe] = []
    for index in indices:
        if len(found) == limit:
            break
        try:
            found.append(_probe(dataset, index))
        except CrackStudioError:
            continue  # an unreadable image judges nothing; training names it in the log
    return tuple(sorted(found, key=lambda probe: probe.rgb.shape))


def _tagged_probes(dataset: Dataset, indices: Sequence[int]) -> tuple[Probe, ...]:
    few = _probes(dataset, indices, limit=TAGGED)
    size = max((probe.rgb.shape[0] * probe.rgb.shape[1] for probe in few), default=1)
    return _probes(dataset, indices, limit=max(TAGGED, min(MOST_TAGGED, TAGGED_PIXELS // size)))


def _probe(dataset: Dataset, index: int) -> Probe:
    item = dataset.items[index]
    rgb = dataset.rgb(index)
    height, width = rgb.shape[:2]
    truth = dataset.truth(index)
    if truth is None and item.tag is Tag.INTACT:
        truth = np.zeros((height, width), np.uint8)
    if truth is not None and truth.shape != (height, width):
        raise RasterError(f"The mask of {item.name} does not fit the image.")
    window = _middle(height, SIDE), _middle(width, SIDE)
    if truth is not None and ((truth > 0) & (truth < UNSURE)).any():
        rows, columns = np.nonzero((truth > 0) & (truth < UNSURE))
        middle = len(rows) // 2
        window = _near(int(rows[middle]), height), _near(int(columns[middle]), width)
    cut = None if truth is None else truth[window].copy()
    return Probe(name=item.name, rgb=rgb[window].copy(), tag=item.tag, truth=cut)


def _middle(length: int, side: int) -> slice:
    start = max(0, (length - side) // 2)
    return slice(start, start + min(side, length))


def _near(position: int, length: int) -> slice:
    start = min(max(0, position - SIDE // 2), max(0, length - SIDE))
    return slice(start, start + min(SIDE, length))


def _cut_to(rgb: Rgb, side: int) -> Rgb:
    piece = rgb[_middle(rgb.shape[0], side), _middle(rgb.shape[1], side)]
    padding = [(0, side - piece.shape[0]), (0, side - piece.shape[1]), (0, 0)]
    return np.pad(piece, padding, mode="symmetric")


def _pairs(maps: Sequence[CrackMap], probes: Sequence[Probe]) -> list[tuple[CrackMap, NDArray[np.uint8]]]:
    return [(found, probe.truth) for found, probe in zip(maps, probes, strict=True) if probe.truth is not None]


def _label_free_scores(cracked: Sequence[CrackMap], intact: Sequence[CrackMap]) -> dict[str, float | None]:
    if not cracked or not intact:
        return {}
    from sklearn.metrics import roc_auc_score

    loudest = [float(np.sort(found.ravel())[-max(1, found.size // 100) :].mean()) for found in [*cracked, *intact]]
    tags = [1] * len(cracked) + [0] * len(intact)
    return {"image_auroc": float(roc_auc_score(tags, loudest))}
