"""Folders of real pictures, drawn on the spot."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from crackstudio.project import rasters
from crackstudio.project.project import Project

Picture = NDArray[np.uint8]


def picture(seed: int, height: int = 20, width: int = 30) -> Picture:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three cracked, three intact and two untagged pictures below a path with spaces and Chinese characters."""
    root = tmp_path / "路面 images 1"
    names = [f"{tag}/{number}.png" for tag in ("cracked", "intact") for number in range(3)] + ["a.png", "b.png"]
    for seed, name in enumerate(names):
        rasters.write_png(root / name, picture(seed))
    return root


@pytest.fixture
def opened(folder: Path) -> Iterator[Callable[..., Project]]:
    """`opened(**how)`: the folder as a project, scanned; closed in the end."""
    projects: list[Project] = []

    def open_project(*, scan: bool = True, **how: Path) -> Project:
        project = Project.open(folder, **how)
        projects.append(project)
        if scan:
            project.scan()
        return project

    yield open_project
    for project in projects:
        project.close()


@pytest.fixture
def project(opened: Callable[..., Project]) -> Project:
    return opened()


@pytest.fixture
def id_of() -> Callable[[Project, str], int]:
    """The id of an image by its name."""
    return lambda project, name: next(entry.id for entry in project.entries() if entry.name == name)


@pytest.fixture
def drawn() -> Callable[..., Picture]:
    """`drawn(seed, height=20, width=30)`: (H, W, 3) uint8 noise."""
    return picture
