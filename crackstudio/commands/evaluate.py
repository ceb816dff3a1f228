"""`crackstudio evaluate`: crack maps against masks, at the threshold that came with the maps."""

import json as json_text
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from crackstudio.commands.progress import tracked
from crackstudio.core.errors import ScoreError
from crackstudio.imaging.scores import best_threshold, crack_scores
from crackstudio.project import proposals_file, rasters
from crackstudio.project.pairing import MaskFolder

Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]
Scores = dict[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """`scores` at `threshold`. The best threshold was picked on the very masks it is scored on: optimistic.

    `baselines` by name: a map without any crack, and the darker side of Otsu's threshold where the images are at hand.
    """

    images: int
    threshold: float
    scores: Scores
    best_threshold_optimistic: float
    iou_best_threshold_optimistic: float
    baselines: dict[str, Scores]
    maps_without_truth: tuple[str, ...]

    def as_json(self) -> str:
        """One flat object, the scores beside the rest."""
        rest = {name: getattr(self, name) for name in Evaluation.__slots__ if name != "scores"}
        return json_text.dumps({**rest, **self.scores})


def evaluate_command(maps: Path, truth: Path, *, threshold: float | None, tolerance: int, json: bool) -> None:
    """Evaluate and print."""
    evaluation = evaluate_folders(maps, truth, threshold=threshold, tolerance=tolerance)
    if json:
        print(evaluation.as_json())
        return
    table = Table("score", f"at {evaluation.threshold:.3f}", *evaluation.baselines, box=None)
    for name in evaluation.scores:
        table.add_row(name, *(_shown(column[name]) for column in (evaluation.scores, *evaluation.baselines.values())))
    console = Console()
    console.print(f"{evaluation.images} images, threshold {evaluation.threshold:.3f}")
    console.print(table)
    console.print(
        f"Best threshold on these very masks (optimistic): {evaluation.best_threshold_optimistic:.3f}, "
        f"iou {evaluation.iou_best_threshold_optimistic:.4f}"
    )
    if evaluation.maps_without_truth:
        names = ", ".join(evaluation.maps_without_truth[:5])
        console.print(f"[yellow]{len(evaluation.maps_without_truth)} maps have no mask and were left out: {names}[/]")


def evaluate_folders(maps: Path, truth: Path, *, threshold: float | None = None, tolerance: int = 2) -> Evaluation:
    """Score every map of `maps` that has a mask in `truth`; with a `proposals.json`, every map that it names.

    Raises `ScoreError` where nothing pairs, where sizes differ, and for grey maps without a threshold of their own;
    `MaskError` for an ambiguous mask; `FolderError` for a missing folder.
    """
    found, masks, beside = MaskFolder(maps), MaskFolder(truth), proposals_file.read(maps)
    pairs, alone = [], []
    for path in found.paths:
        name = path.relative_to(maps).as_posix()
        if beside and beside.maps and name not in beside.maps:  # of an earlier time, so perhaps of another checkpoint
            continue
        mask = masks.find(name.removesuffix(".png") if beside else name)
        pairs.append((path, mask)) if mask else alone.append(name)
    if not pairs:
        raise ScoreError(f"No map in {maps} has a mask in {truth}. Name folders whose files share paths or stems.")
    if threshold is None:
        threshold = beside.threshold if beside and not beside.binary else _threshold_of_binary(pairs)
    scores = crack_scores(
        tracked(_read(pairs), total=len(pairs), words="Scoring"), threshold=threshold, tolerance=tolerance
    )
    best, best_iou = best_threshold(_read(pairs))
    return Evaluation(
        images=len(pairs),
        threshold=threshold,
        scores=scores,
        best_threshold_optimistic=best,
        iou_best_threshold_optimistic=best_iou,
        baselines=_baselines(maps, pairs, beside, tolerance=tolerance),
        maps_without_truth=tuple(alone),
    )


def _read(pairs: list[tuple[Path, Path]]) -> Iterator[Pair]:
    for map_path, mask_path in pairs:
        crack_map, mask = rasters.read_mask(map_path), rasters.read_foreign_mask(mask_path)
        if crack_map.shape != mask.shape:
            raise ScoreError(
                f"{map_path} is {crack_map.shape[1]} x {crack_map.shape[0]} px, its mask {mask_path} "
                f"{mask.shape[1]} x {mask.shape[0]}. Nothing was scored; propose again on the images of these masks."
            )
        yield crack_map, mask


def _threshold_of_binary(pairs: list[tuple[Path, Path]]) -> float:
    for path, _ in pairs:
        values = np.unique(rasters.read_mask(path))
        if values.size > 2 or (values.size == 2 and values[0] != 0):
            raise ScoreError(
                f"{path} is grey and no {proposals_file.NAME} beside it says its threshold. "
                "Nothing was scored; give --threshold, or maps made by `crackstudio propose`."
            )
    return 1 / 255


def _baselines(
    maps: Path, pairs: list[tuple[Path, Path]], beside: proposals_file.ProposalsFile | None, *, tolerance: int
) -> dict[str, Scores]:
    nothing = ((np.zeros_like(mask), mask) for _, mask in _read(pairs))
    baselines = {"all_background": crack_scores(nothing, threshold=0.5, tolerance=tolerance)}
    images = [_image_of(path, maps, beside) for path, _ in pairs]
    if all(images):
        masks = (mask for _, mask in _read(pairs))
        dark = (
            (_dark_side(rasters.read_rgb8(image)), mask) for image, mask in zip(images, masks, strict=True) if image
        )
        baselines["otsu_darkness"] = crack_scores(dark, threshold=0.5, tolerance=tolerance)
    return baselines


def _image_of(path: Path, maps: Path, beside: proposals_file.ProposalsFile | None) -> Path | None:
    made_of = beside.maps.get(path.relative_to(maps).as_posix()) if beside else None
    return Path(made_of.image) if made_of and Path(made_of.image).is_file() else None


def _dark_side(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    _, dark = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    return np.asarray(dark, np.uint8)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
