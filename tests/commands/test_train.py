"""What `train` does before its first step, and what it leaves where it cannot begin."""

from pathlib import Path

import pytest

from crackstudio.commands.train import TrainRequest, train_command
from crackstudio.core.errors import FolderError, RunError
from crackstudio.core.runs import RunSpec, Snapshot
from crackstudio.project.run_folder import RunFolder

UNET = RunSpec(method="unet", steps=1)


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="is no folder"):
        train_command(TrainRequest(folder=tmp_path / "imgaes", spec=UNET), json=False)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run_goes_on_with_its_own_images_only(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    run = RunFolder(tmp_path / "run")
    run.write_request(UNET, Snapshot(items=(), digest=""), folder=tmp_path / "one")
    with pytest.raises(RunError, match="holds another run"):
        train_command(TrainRequest(folder=tmp_path / "two", spec=UNET, out=run.path), json=False)
