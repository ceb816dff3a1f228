"""Small pictures: for little memory, and of the largest images too."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile

from crackstudio.core.errors import RasterError
from crackstudio.project import rasters

RAMP = np.dstack([np.tile(np.linspace(0, 250, 1200), (800, 1))] * 3).astype(np.uint8)


def write(path: Path, pixels: np.ndarray) -> Path:
    if path.suffix == ".tif":
        tifffile.imwrite(path, pixels)
    else:
        path.write_bytes(cv2.imencode(path.suffix, pixels)[1].tobytes())
    return path


@pytest.mark.parametrize("name", ["ä 图.jpg", "a.png", "a.tif"])
@pytest.mark.parametrize("grey", [False, True])
def test_a_small_picture_is_the_picture_made_small(tmp_path: Path, name: str, grey: bool) -> None:
    path = write(tmp_path / name, RAMP[:, :, 0] if grey else RAMP)
    small = rasters.read_small(path, width=120, height=120)
    assert small.shape == (80, 120, 3)
    expected = cv2.resize(RAMP, (120, 80), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - expected).max() <= 6


def test_a_16_bit_tiff_is_sampled_where_it_lies(tmp_path: Path) -> None:
    path = write(tmp_path / "deep.tif", RAMP.astype(np.uint16) * 100 + 2000)
    small = rasters.read_small(path, width=120, height=120)
    assert small[40, 0, 0] < 8
    assert small[40, -1, 0] > 247


def test_a_small_one_is_not_made_larger(tmp_path: Path) -> None:
    assert rasters.read_small(write(tmp_path / "a.png", RAMP[:9, :7]), width=120, height=120).shape == (9, 7, 3)


def test_a_turned_photograph_is_turned(tmp_path: Path) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(RAMP).save(tmp_path / "a.jpg", exif=exif)
    small = rasters.read_small(tmp_path / "a.jpg", width=120, height=120)
    assert small.shape == (120, 80, 3)
    assert small[0, 40, 0] < small[-1, 40, 0]


def test_a_cut_off_jpeg_has_none(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jpg", RAMP)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(RasterError, match="cut off"):
        rasters.read_small(path, width=120, height=120)


def test_too_large_to_be_decoded_in_passing_it_gets_one_when_it_is_opened(
    tmp_path: Path, make_window, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr(rasters, "TRUSTED_PIXELS", 1000)
    for name in ("a", "b"):
        write(tmp_path / f"{name}.png", RAMP)
    with pytest.raises(rasters.TooLargeError):
        rasters.read_small(tmp_path / "a.png", width=120, height=120)
    window = make_window()
    window.session.open_folder(tmp_path)
    qtbot.waitUntil(lambda: window.session.image is not None)
    first, second = sorted(window.session.entries(), key=lambda entry: entry.path)
    qtbot.waitUntil(lambda: window.thumbnails.get(first) is not None)
    assert window.thumbnails.get(second) is None
    window.session.open_image(second.id)
    qtbot.waitUntil(lambda: window.thumbnails.get(second) is not None)
