"""The whole loop in the real window with the real engine: open, propose, correct, retrain, propose again."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from crackstudio.commands.synth import synthesise
from crackstudio.core.images import Review
from crackstudio.core.runs import RunState
from crackstudio.imaging.surfaces import DEMO_SURFACE
from crackstudio.project import rasters
from crackstudio.project.project import Project
from crackstudio.studio.demo import CRACKED, INTACT, drive


@pytest.mark.flow
def test_the_loop_from_opening_to_better_proposals(qtbot: QtBot, tmp_path: Path) -> None:
    images = tmp_path / "drawn images"
    for _ in synthesise(images, count=36, seed=5, height=96, width=128, surfaces=(DEMO_SURFACE,)):
        pass

    walked = drive(images, truth=images / "masks", pictures=tmp_path, minutes=0.1)

    assert walked.corrected == CRACKED
    assert walked.method == "unet"
    pictures = {path.stem for path in tmp_path.glob("*.png")}
    assert {"1-opened", "2-proposed", "3-corrected", "4-training", "5-trained", "7-before", "7-after"} <= pictures
    project = Project.open(images)
    try:
        confirmed = [entry for entry in project.entries() if entry.review is Review.CONFIRMED]
        assert len(confirmed) == CRACKED + INTACT
        first = project.load_mask(confirmed[0].id)
        truth = rasters.read_foreign_mask(images / "masks" / Path(confirmed[0].path).name)
        assert first is not None
        assert np.count_nonzero((first > 0) & (truth > 0)) > 0.5 * np.count_nonzero(truth)
        (run,) = project.runs.all()
        assert run.state() is RunState.FINISHED
        network = project.network()
        assert network is not None
        assert network.path == walked.network
    finally:
        project.close()
