"""Unusual pictures are painted like any other; what is no picture is told once, and the open image stays."""

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest
import tifffile
from closing import close_project
from PIL import Image
from PySide6.QtWidgets import QPushButton

from crackstudio.project import rasters

Write = Callable[[Path], None]

SMOOTH = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8), (0, 0), 5)


def save(array: np.ndarray, mode: str | None = None, **how: object) -> Write:
    image = Image.fromarray(array)
    return lambda path: (image.convert(mode) if mode else image).save(path, **how)


def animation(path: Path) -> None:
    first, *others = [Image.fromarray(np.roll(SMOOTH, shift, 1)) for shift in (0, 20, 40)]
    first.save(path, save_all=True, append_images=others)


def grown(height: int, width: int) -> Write:
    return save(np.full((height, width, 3), 90, np.uint8))


DEEP = SMOOTH.astype(np.uint16) * 16
RGBA = np.dstack([SMOOTH, np.full((40, 60), 120, np.uint8)])

UNUSUAL: dict[str, tuple[Write, tuple[int, int]]] = {
    "one.png": (grown(1, 1), (1, 1)),
    "one.jpg": (grown(1, 1), (1, 1)),
    "wide.png": (grown(1, 60_000), (1, 60_000)),
    "tall.tif": (grown(60_000, 1), (60_000, 1)),
    "cmyk.jpg": (save(SMOOTH, "CMYK"), (40, 60)),
    "cmyk.tif": (save(SMOOTH, "CMYK"), (40, 60)),
    "animated.gif": (animation, (40, 60)),
    "animated.webp": (animation, (40, 60)),
    "animated.png": (animation, (40, 60)),
    "deep.png": (lambda path: path.write_bytes(imagecodecs.png_encode(DEEP)), (40, 60)),
    "deep.tif": (lambda path: tifffile.imwrite(path, DEEP[:, :, 0], photometric="minisblack"), (40, 60)),
    "alpha.png": (save(RGBA), (40, 60)),
    "alpha.webp": (save(RGBA, lossless=True), (40, 60)),
    "deep alpha.png": (
        lambda path: path.write_bytes(imagecodecs.png_encode(np.dstack([DEEP, DEEP[:, :, :1]]))),
        (40, 60),
    ),
}
"""And the (height, width) that each is seen with."""


def part_of(suffix: str, share: float) -> Write:
    def write(path: Path) -> None:
        whole = path.with_name(f"whole.{suffix}")
        Image.fromarray(SMOOTH).save(whole)
        data = whole.read_bytes()
        whole.unlink()
        path.write_bytes(data[: int(len(data) * share)])

    return write


def with_bytes(data: bytes) -> Write:
    return lambda path: path.write_bytes(data)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


SIDE = 60_000
_PNG = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0))
_JPEG = b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 17, 8, SIDE, SIDE, 3) + bytes((1, 17, 0, 2, 17, 1, 3, 17, 1))
_BMP = b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 24, 0, 0, 0, 0, 0, 0)
_GIF = b"GIF89a" + struct.pack("<HHBBB", SIDE, SIDE, 0, 0, 0) + b"," + struct.pack("<HHHHB", 0, 0, SIDE, SIDE, 0)
_WEBP = b"VP8X" + struct.pack("<IB3x", 10, 0) + (SIDE - 1).to_bytes(3, "little") * 2
_RIFF = b"RIFF" + struct.pack("<I", len(_WEBP) + 4) + b"WEBP" + _WEBP
_SIZE = ((256, 4, SIDE), (257, 4, SIDE))
_TAGS = (*_SIZE, (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1), (279, 4, SIDE))
_ENTRIES = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in _TAGS)
_TIFF = b"II*\0" + struct.pack("<IH", 8, len(_TAGS)) + _ENTRIES + bytes(4)
_NOISE = np.random.default_rng(1).bytes(100_000)

HUGE: dict[str, Write] = {
    "huge.png": with_bytes(_PNG),
    "huge.jpg": with_bytes(_JPEG),
    "huge.bmp": with_bytes(_BMP),
    "huge.gif": with_bytes(_GIF),
    "huge.webp": with_bytes(_RIFF),
    "huge.tif": with_bytes(_TIFF),
    "huge and noise.png": with_bytes(_PNG + _chunk(b"IDAT", zlib.compress(_NOISE)) + _chunk(b"IEND", b"")),
    "huge and noise.jpg": with_bytes(_JPEG + b"\xff\xda" + _NOISE + b"\xff\xd9"),
    "huge and noise.bmp": with_bytes(_BMP + _NOISE),
    "huge and noise.tif": with_bytes(_TIFF + _NOISE),
}
"""Headers that promise 60 000 x 60 000 pixels."""

NO_PICTURES: dict[str, Write] = {
    "text.jpg": with_bytes("这不是图像 no picture".encode()),
    "page.png": with_bytes(b"<!DOCTYPE html><html><body>404 Not Found</body></html>"),
    "empty.png": with_bytes(b""),
    "empty.tif": with_bytes(b""),
    "zeros.jpg": with_bytes(bytes(5000)),
    **{f"cut.{suffix}": part_of(suffix, 0.6) for suffix in ("jpg", "png", "tif", "bmp", "webp", "gif")},
    **{f"start.{suffix}": part_of(suffix, 0.02) for suffix in ("jpg", "png", "tif", "bmp", "webp")},
}

MOST_BYTES = 200 * 2**20
"""More than this nothing may take while it is being refused; 60 000 x 60 000 pixels would be 10 GB."""

READ_ALL = """
import resource, sys
from pathlib import Path
from crackstudio.core.errors import RasterError
from crackstudio.project import rasters

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

import tifffile
before = most()
for path in sorted(Path(sys.argv[1]).iterdir()):
    for read in (rasters.read_rgb8, rasters.read_mask, rasters.read_foreign_mask):
        try:
            read(path)
        except RasterError as error:
            assert str(path) in str(error)
        else:
            raise AssertionError(path)
print(most() - before)
"""


@pytest.fixture
def cards(window):
    return lambda: [card for card in window.notices.cards() if card.notice.topic == "image"]


def test_unusual_pictures_are_shown_and_painted(window, folder, open_folder, show, told):
    for name, (write, _) in UNUSUAL.items():
        write(folder / name)
    open_folder(window, folder)
    painted = {}
    for name, (_, size) in UNUSUAL.items():
        show(window, name)
        assert window.canvas.scene.size == size, name
        editor = window.session.image.editor
        editor.begin_stroke(0, 0, size=6, value=1)
        editor.extend_stroke(size[1] - 1, size[0] - 1)
        editor.finish_stroke()
        window.canvas.grab()
        painted[name] = editor.array()
        assert painted[name].any()
    close_project(window)
    assert told(window) == []
    for name, mask in painted.items():
        assert np.array_equal(rasters.read_mask(folder / ".crackstudio" / "masks" / f"{name}.png"), mask), name


def test_what_is_no_picture_is_told_once_and_the_open_image_stays(
    window, folder, open_folder, show, paint, cards, told, qtbot
):
    bad = {f"麻烦/{name}": write for name, write in (NO_PICTURES | HUGE).items()}  # behind the others
    (folder / "麻烦").mkdir()
    for name, write in bad.items():
        write(folder / name)
    before = {name: (folder / name).read_bytes() for name in bad}
    open_folder(window, folder)
    show(window, "裂缝 0.png")
    mask = paint(window)
    for name in bad:
        identity = next(entry.id for entry in window.session.entries() if entry.name == name)
        window.session.open_image(identity)
        qtbot.waitUntil(lambda name=name: any(name in card.notice.title for card in cards()))
        assert len(cards()) == 1
        assert window.session.entry.name == "裂缝 0.png"
        assert name in window.session.project.entry(identity).problem
    assert np.array_equal(window.session.image.editor.array(), mask)
    assert {name: (folder / name).read_bytes() for name in bad} == before
    assert [button.text() for button in cards()[0].findChildren(QPushButton) if button.text()] == ["Next image"]
    show(window, "裂缝 1.png")
    assert told(window) == []


def test_a_folder_of_what_is_no_picture_can_be_left_and_mended(window, tmp_path, open_folder, told, qtbot):
    folder = tmp_path / "坏 bad"
    folder.mkdir()
    NO_PICTURES["text.jpg"](folder / "a.jpg")
    window.session.open_folder(folder)
    qtbot.waitUntil(lambda: bool(told(window)))
    (words,) = told(window)
    assert "a.jpg cannot be read" in words
    assert window.session.image is None
    rasters.write_png(folder / "a.jpg", np.zeros((20, 20, 3), np.uint8))
    window.actions["rescan"].trigger()
    qtbot.waitUntil(lambda: window.session.image is not None)


@pytest.mark.skipif(sys.platform == "win32", reason="the peak is asked of resource.getrusage")
def test_a_header_without_data_takes_no_memory(tmp_path):
    for name, write in HUGE.items():
        write(tmp_path / name)
    done = subprocess.run([sys.executable, "-c", READ_ALL, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MOST_BYTES
