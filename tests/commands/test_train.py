"""What `train` does before its first step, and what it leaves where it cannot begin."""

from pathlib import Path

import pytest

from crackstudio.commands.train import TrainRequest, train_command
from crackstudio.core.errors import FolderError
from crackstudio.core.runs import RunSpec

UNET = RunSpec(method="unet", steps=1)


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="is no folder"):
        train_command(TrainRequest(folder=tmp_path / "imgaes", spec=UNET), json=False)
    assert list(tmp_path.iterdir()) == []
