"""`evaluate` scores what belongs together."""

from pathlib import Path

import numpy as np

from crackstudio.commands.evaluate import evaluate_folders
from crackstudio.project import proposals_file, rasters
from crackstudio.project.proposals_file import ProposalsFile, ProposedMap

MASK = np.zeros((20, 30), np.uint8)
MASK[5:8] = 255


def test_maps_of_an_earlier_checkpoint_that_still_lie_there_are_left_out(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        rasters.write_png(tmp_path / "truth" / name, MASK)
    rasters.write_png(tmp_path / "maps" / "a.png", MASK)
    rasters.write_png(tmp_path / "maps" / "b.png", MASK * 0)
    made = ProposedMap(image="nowhere", score=0, share=0)
    beside = ProposalsFile(threshold=0.5, method="unet", checkpoint="c", digest="", maps={"a.png": made})
    proposals_file.write(tmp_path / "maps", beside)
    evaluation = evaluate_folders(tmp_path / "maps", tmp_path / "truth")
    assert (evaluation.images, evaluation.scores["iou"]) == (1, 1)
    assert evaluation.maps_without_truth == ()
