"""Masks are found by relative path, then by stem; nothing is guessed."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackstudio.core.errors import FolderError, MaskError
from crackstudio.project.pairing import MaskFolder


def mask(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imencode(".png", np.zeros((4, 4), np.uint8))[1].tofile(path)
    return path


def test_the_relative_path_comes_first(tmp_path: Path) -> None:
    right = mask(tmp_path / "road" / "7.png")
    mask(tmp_path / "bridge" / "7.png")
    assert MaskFolder(tmp_path).find("road/7.jpg") == right


@pytest.mark.parametrize("name", ["7.jpg.png", "7.png", "7.bmp"])
def test_the_stem_is_enough_where_it_is_alone(tmp_path: Path, name: str) -> None:
    only = mask(tmp_path / "masks of the Lübeck 桥" / name)
    assert MaskFolder(tmp_path).find("cracked/7.jpg") == only


def test_two_of_a_stem_are_refused(tmp_path: Path) -> None:
    mask(tmp_path / "a" / "7.png")
    mask(tmp_path / "b" / "7.png")
    with pytest.raises(MaskError, match="could have any of these masks"):
        MaskFolder(tmp_path).find("c/7.jpg")


def test_two_formats_of_one_path_are_refused(tmp_path: Path) -> None:
    mask(tmp_path / "a" / "7.png")
    mask(tmp_path / "a" / "7.bmp")
    with pytest.raises(MaskError, match="a/7"):
        MaskFolder(tmp_path).find("a/7.jpg")


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="nowhere"):
        MaskFolder(tmp_path / "nowhere")


@given(stem=st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12))
def test_no_mask_is_no_mask(tmp_path_factory: pytest.TempPathFactory, stem: str) -> None:
    folder = tmp_path_factory.mktemp("masks")
    assert MaskFolder(folder).find(f"{stem}.png") is None


def test_a_dot_in_a_name_is_part_of_it(tmp_path: Path) -> None:
    other = mask(tmp_path / "7.v2.png")
    assert MaskFolder(tmp_path).find("7.jpg") is None
    assert MaskFolder(tmp_path).find("road/7.jpg") is None
    assert MaskFolder(tmp_path).find("7.v2.jpg") == other
    assert MaskFolder(tmp_path).find("7.v2") == other


def test_a_map_without_a_suffix_does_not_take_the_mask_of_a_shorter_name(tmp_path: Path) -> None:
    mask(tmp_path / "7.png")
    assert MaskFolder(tmp_path).find("7.v2") is None


def test_every_page_has_a_mask_of_its_own(tmp_path: Path) -> None:
    first, third = mask(tmp_path / "a.tif.png"), mask(tmp_path / "a.tif#2.png")
    masks = MaskFolder(tmp_path)
    assert [masks.find(name) for name in ("a.tif", "a.tif#1", "a.tif#2")] == [first, None, third]
