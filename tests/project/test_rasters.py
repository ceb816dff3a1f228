"""Every format in, one kind of array out; every bad file a clear error."""

import struct
import zlib
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image, ImageOps

from crackstudio.core.errors import RasterError
from crackstudio.project import rasters

SMOOTH = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8), (0, 0), 5)
RED = np.full((40, 60, 3), (200, 30, 10), np.uint8)
"""Neither grey nor symmetric in its channels: swapped ones would show."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "裂缝 图像"
    place.mkdir()
    return place


def saved(path: Path, array: np.ndarray = SMOOTH, *, mode: str | None = None, **options) -> Path:
    image = Image.fromarray(array)
    (image.convert(mode) if mode else image).save(path, **options)
    return path


def assert_close(array, expected, *, error=2.0):
    assert array.shape == expected.shape
    assert array.dtype == np.uint8
    assert np.abs(array.astype(int) - expected).mean() <= error


@pytest.mark.parametrize("suffix", ["jpg", "JPEG", "png", "bmp", "webp", "gif", "tif", "TIFF"])
@pytest.mark.parametrize("array", [SMOOTH, RED], ids=["smooth", "red"])
def test_every_suffix_gives_rgb(place, suffix, array):
    path = saved(place / f"a.{suffix}", array)
    assert rasters.is_image(path)
    assert_close(rasters.read_rgb8(path), array, error=3)
    assert rasters.size_of(path) == (40, 60)
    assert rasters.page_count(path) == 1


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("g.jpg", "L"),
        ("g.png", "L"),
        ("g.tif", "L"),
        ("g.bmp", "L"),
        ("ga.png", "LA"),
        ("bits.png", "1"),
        ("bits.tif", "1"),
    ],
)
def test_grey_stays_grey_until_rgb_is_asked_for(place, name, mode):
    path = saved(place / name, mode=mode)
    expected = np.asarray(Image.fromarray(SMOOTH).convert(mode).convert("L"))
    native = rasters.read_image(path).array
    assert native.shape == (40, 60) or name.endswith(".bmp")
    assert_close(rasters.read_rgb8(path), np.repeat(expected[:, :, None], 3, axis=2))


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif"])
def test_alpha_is_dropped(place, name):
    options = {"lossless": True} if name.endswith("webp") else {}
    rgba = np.dstack([SMOOTH, np.full((40, 60), 200, np.uint8)])
    assert_close(rasters.read_rgb8(saved(place / name, rgba, **options)), SMOOTH, error=0)


@pytest.mark.parametrize("name", ["c.jpg", "c.tif"])
def test_cmyk_becomes_rgb(place, name):
    assert_close(rasters.read_rgb8(saved(place / name, RED, mode="CMYK")), RED, error=4)


@pytest.mark.parametrize("name", ["p.png", "p.bmp", "p.gif", "p.tif"])
def test_palettes_become_colours(place, name):
    image = Image.fromarray(SMOOTH).quantize(16)
    image.save(place / name)
    assert_close(rasters.read_rgb8(place / name), np.asarray(image.convert("RGB")), error=0)


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
def test_of_an_animation_the_first_frame_is_read(place, name):
    frames = [Image.fromarray(SMOOTH), Image.fromarray(RED)]
    frames[0].save(place / name, save_all=True, append_images=frames[1:])
    assert_close(rasters.read_rgb8(place / name), SMOOTH, error=4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_exif_orientation_is_applied_once(place, suffix, orientation):
    exif = Image.Exif()
    exif[0x112] = orientation
    options = {"tiffinfo": {0x112: orientation}} if suffix == "tif" else {"exif": exif}
    path = saved(place / f"o.{suffix}", **options)
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    assert_close(rasters.read_rgb8(path), expected)
    assert rasters.size_of(path) == expected.shape[:2]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.int16, np.float32, np.float64])
@pytest.mark.parametrize("compression", [None, "deflate", "lzw"])
def test_tiff_keeps_its_depth(place, dtype, compression):
    array = (SMOOTH[:, :, 0].astype(np.float64) * 3).astype(dtype)
    tifffile.imwrite(place / "d.tif", array, photometric="minisblack", compression=compression)
    assert (rasters.read_image(place / "d.tif").array == array).all()
    assert rasters.read_rgb8(place / "d.tif").shape == (40, 60, 3)


def test_tiff_kinds(place):
    tifffile.imwrite(place / "planar.tif", np.moveaxis(SMOOTH, 2, 0), planarconfig="separate", photometric="rgb")
    tifffile.imwrite(place / "white.tif", 255 - SMOOTH[:, :, 0], photometric="miniswhite")
    tifffile.imwrite(place / "jpeg.tif", SMOOTH, photometric="rgb", compression="jpeg")
    tifffile.imwrite(place / "big.tif", SMOOTH, photometric="rgb", bigtiff=True, tile=(16, 16))
    assert_close(rasters.read_rgb8(place / "planar.tif"), SMOOTH, error=0)
    assert_close(rasters.read_image(place / "white.tif").array, SMOOTH[:, :, 0], error=0)
    assert_close(rasters.read_rgb8(place / "jpeg.tif"), SMOOTH)
    assert_close(rasters.read_rgb8(place / "big.tif"), SMOOTH, error=0)


def test_pages_of_a_tiff_are_read_one_by_one(place):
    path = place / "pages.tif"
    with tifffile.TiffWriter(path) as file:
        for page in range(3):
            file.write(np.full((10 + page, 20), page, np.uint8), photometric="minisblack", subifds=1 if not page else 0)
            if not page:
                file.write(np.zeros((5, 10), np.uint8), photometric="minisblack", subfiletype=1)
    assert rasters.page_count(path) == 3
    assert [rasters.size_of(path, page) for page in range(3)] == [(10, 20), (11, 20), (12, 20)]
    assert [int(rasters.read_image(path, page).array.max()) for page in range(3)] == [0, 1, 2]
    with pytest.raises(RasterError, match="no page 3"):
        rasters.read_rgb8(path, 3)


def test_16_bit_png_is_stretched_by_its_percentiles(place):
    twelve_bits = np.linspace(100, 4095, 2400).reshape(40, 60).astype(np.uint16)
    twelve_bits[0, 0] = 65535  # one hot pixel must not darken the rest
    (place / "deep.png").write_bytes(imagecodecs.png_encode(twelve_bits))
    assert (rasters.read_image(place / "deep.png").array == twelve_bits).all()
    rgb = rasters.read_rgb8(place / "deep.png")
    assert rgb[39, 59, 0] >= 254
    assert rgb[20, 0, 0] == pytest.approx(127, abs=3)


def test_floats_that_are_not_finite_do_not_spoil_the_stretch(place):
    values = np.linspace(-1, 1, 2400, dtype=np.float32).reshape(40, 60)
    values[0, :3] = np.nan, np.inf, -np.inf
    tifffile.imwrite(place / "f.tif", values)
    rgb = rasters.read_rgb8(place / "f.tif")[:, :, 0]
    assert rgb[0, :3].tolist() == [0, 255, 0]
    assert rgb[39, 59] == 255
    tifffile.imwrite(place / "n.tif", np.full((4, 4), np.nan, np.float32))
    assert not rasters.read_rgb8(place / "n.tif").any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 60_000), (60_000, 1)])
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "bmp"])
def test_extreme_shapes(place, shape, suffix):
    path = saved(place / f"long.{suffix}", np.full((*shape, 3), 77, np.uint8))
    assert rasters.read_rgb8(path).shape == (*shape, 3)
    assert rasters.size_of(path) == shape


def with_png_size(data: bytes, width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">II", width, height) + data[24:29]
    return data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]


def test_absurd_promises_are_refused_before_any_memory_is_taken(place):
    (place / "huge.png").write_bytes(with_png_size(rasters.png_bytes(SMOOTH), 60_000, 60_000))
    with pytest.raises(RasterError, match="60000 x 60000 pixels, but it holds only"):
        rasters.read_rgb8(place / "huge.png")
    jpeg = bytearray(saved(place / "a.jpg").read_bytes())
    frame = jpeg.find(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 65_000, 65_000)
    (place / "huge.jpg").write_bytes(jpeg)
    with pytest.raises(RasterError, match="holds only"):
        rasters.read_rgb8(place / "huge.jpg")
    (place / "none.png").write_bytes(with_png_size(rasters.png_bytes(SMOOTH), 0, 10))
    with pytest.raises(RasterError, match="0 x 10"):
        rasters.read_rgb8(place / "none.png")


@pytest.mark.parametrize("suffix", ["jpg", "png", "bmp", "webp", "gif", "tif"])
@pytest.mark.parametrize("share", [0, 0.001, 0.01, 0.3, 0.8])
def test_a_file_that_is_cut_off_is_refused_and_left_alone(place, suffix, share):
    whole = saved(place / f"a.{suffix}").read_bytes()
    part = whole[: int(len(whole) * share)]
    path = place / f"cut.{suffix}"
    path.write_bytes(part)
    with pytest.raises(RasterError) as caught:
        rasters.read_rgb8(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == part


def test_a_jpeg_cut_off_behind_its_thumbnail_is_refused(place):
    whole, thumbnail = saved(place / "a.jpg").read_bytes(), saved(place / "t.jpg", SMOOTH[:8, :8]).read_bytes()
    exif = b"Exif\0\0" + thumbnail
    with_thumbnail = whole[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + whole[2:]
    (place / "b.jpg").write_bytes(with_thumbnail)
    assert_close(rasters.read_rgb8(place / "b.jpg"), SMOOTH)
    assert rasters.size_of(place / "b.jpg") == (40, 60)
    (place / "c.jpg").write_bytes(with_thumbnail[:-400])
    with pytest.raises(RasterError, match="cut off"):
        rasters.read_rgb8(place / "c.jpg")


def test_a_tiff_of_reduced_pages_only_is_still_a_picture(place):
    tifffile.imwrite(place / "r.tif", SMOOTH[:, :, 0], photometric="minisblack", subfiletype=1)
    assert rasters.page_count(place / "r.tif") == 1
    assert_close(rasters.read_image(place / "r.tif").array, SMOOTH[:, :, 0], error=0)


@pytest.mark.parametrize("content", [b"", b"no picture at all, but a text", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
def test_what_is_no_picture_is_refused(place, content):
    path = place / "a.jpg"
    path.write_bytes(content)
    for read in (rasters.read_rgb8, rasters.size_of, rasters.read_mask, rasters.read_foreign_mask):
        with pytest.raises(RasterError, match="left as it is"):
            read(path)


def test_what_is_not_there_is_refused(place):
    with pytest.raises(RasterError, match="No such file"):
        rasters.read_rgb8(place / "nothing.png")
    with pytest.raises(RasterError):
        rasters.read_rgb8(place)


@given(
    st.binary(max_size=300), st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"MM\0*", b"GIF89a"])
)
@settings(deadline=None, max_examples=60)
def test_noise_behind_a_true_start_never_gets_past_raster_error(tmp_path_factory, noise, start):
    path = tmp_path_factory.getbasetemp() / "noise.png"
    path.write_bytes(start + noise)
    for read in (rasters.read_rgb8, rasters.size_of):
        try:
            read(path)
        except RasterError:
            continue


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40)))
@settings(deadline=None, max_examples=40)
def test_a_mask_comes_back_as_it_was(tmp_path_factory, mask):
    path = tmp_path_factory.getbasetemp() / "掩 膜.png"
    rasters.write_png(path, mask)
    assert (rasters.read_mask(path) == mask).all()
    assert np.asarray(Image.open(path)).tolist() == mask.tolist()


def test_a_mask_saved_again_as_rgb_is_still_read_and_a_photograph_is_not(place):
    mask = np.eye(5, dtype=np.uint8) * 3
    assert (rasters.read_mask(saved(place / "m.png", np.dstack([mask] * 3))) == mask).all()
    with pytest.raises(RasterError, match="not a mask"):
        rasters.read_mask(saved(place / "photo.png"))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 255], [0, 1]),
        ([0, 1], [0, 1]),
        ([0, 40], [0, 1]),
        ([0, 1, 2, 3], [0, 1, 1, 1]),
        ([0, 0], [0, 0]),
        ([0, 3, 90, 200, 255], [0, 0, 0, 1, 1]),
        ([0, 1, 255], [0, 1, 255]),
        ([0, 2, 255], [0, 1, 255]),
        ([0, 1, 2, 7, 255], [0, 1, 1, 1, 255]),
        ([0, 1, 3], [0, 1, 1]),
        ([2, 255], [1, 255]),
    ],
)
def test_masks_of_other_tools(place, values, expected):
    path = place / "m.png"
    rasters.write_png(path, np.array([values], np.uint8))
    assert rasters.read_foreign_mask(path).tolist() == [expected]


def test_masks_of_other_tools_in_colour_and_depth(place):
    red = np.zeros((4, 4, 3), np.uint8)
    red[1] = 100, 0, 0
    assert rasters.read_foreign_mask(saved(place / "red.png", red)).sum() == 4
    (place / "deep.png").write_bytes(imagecodecs.png_encode(np.array([[0, 65535]], np.uint16)))
    assert rasters.read_foreign_mask(place / "deep.png").tolist() == [[0, 1]]
    jpeg = np.zeros((32, 32), np.uint8)
    jpeg[8:24, 8:24] = 255
    assert rasters.read_foreign_mask(saved(place / "m.jpg", jpeg)).sum() == pytest.approx(256, abs=20)


def test_16_bit_rgb_png_round_trip(place):
    array = np.random.default_rng(0).integers(0, 65535, (6, 7, 3), np.uint16)
    rasters.write_png(place / "a.png", array)
    assert (rasters.read_image(place / "a.png").array == array).all()


def test_a_photograph_is_no_mask(tmp_path):
    path = tmp_path / "photo.png"
    rasters.write_png(path, np.random.default_rng(0).normal(128, 20, (64, 64)).clip(0, 255).astype(np.uint8))
    with pytest.raises(RasterError, match="looks like a photograph"):
        rasters.read_foreign_mask(path)
