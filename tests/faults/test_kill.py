"""kill -9 at random moments while one paints, tags tiles, undoes, saves, closes and opens: at most one step is lost."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from crackstudio.core.images import MaskKind, Tag
from crackstudio.imaging.brush import Brush, Stroke
from crackstudio.imaging.tiled_mask import TiledMask
from crackstudio.project import atomic, rasters
from crackstudio.project.project import Project
from crackstudio.studio.mask_editor import MaskEditor
from crackstudio.studio.mask_steps import replayed

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="painters are forked: 50 cost what one start costs")

KILLS = int(os.environ.get("CRACKSTUDIO_KILLS", "200"))
KILLS_OF_THE_WINDOW = KILLS // 6
AT_ONCE = 4
"""Painters, each in a folder of its own."""

WHILE_OPENING = 0.2
"""The share of the kills that come while the project is being opened, or soon after."""

SIDE, STEP = 768, 24
COLUMNS = SIDE // STEP
TILE_SIDE = 32
TILES = (SIDE // TILE_SIDE) ** 2


def dot(number):
    """Centre of a stroke: each has a place of its own, neighbours in one tile and in the next."""
    number = number * 7 % COLUMNS**2
    return STEP * (number % COLUMNS) + STEP / 2, STEP * (number // COLUMNS) + STEP / 2


def tags_of(project, image):
    return project.tiles.tags(image, width=SIDE, height=SIDE)


def expected(strokes):
    mask = TiledMask(SIDE, SIDE)
    for number in strokes:
        Stroke(mask, Brush(size=9, value=1)).to(*dot(number))
    return mask.to_array()


def bring_back(editor, strokes):
    left = replayed(strokes, editor.mask)
    if left is not None:
        editor.bring_back(left)


def found(folder):
    """The mask that a studio would show, and what goes with it."""
    with closing(sqlite3.connect(folder / ".crackstudio" / "project.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    project = Project.open(folder)
    try:
        assert project._reports == []
        (image,) = (entry.id for entry in project.entries())
        strokes, mask = project.journal(image).read(), project.load_mask(image)
        entry = project.entry(image)
        editor = MaskEditor(SIDE, SIDE, mask=mask, kind=entry.mask_kind or MaskKind.EXACT)
        bring_back(editor, strokes)
        return editor, project.recall("strokes", 0), set(tags_of(project, image).places(Tag.CRACKED))
    finally:
        project.close()


def strokes_in(mask):
    count = 0
    while count < COLUMNS**2 and mask[int(dot(count)[1]), int(dot(count)[0])]:
        count += 1
    return count


class Place:
    """A folder with one picture, and the nursery whose painters work there, one after the other."""

    def __init__(self, folder, nursery):
        self.folder, self.painted = folder, 0
        rasters.write_png(folder / "a.png", np.zeros((SIDE, SIDE, 3), np.uint8))
        project = Project.open(folder)
        project.scan()
        project.tiles.choose_side(TILE_SIDE)
        project.close()
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, str(Path(__file__).with_name(nursery)), str(folder)]
        self._nursery = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=environment
        )

    def begin(self, *, seconds, at_work):
        """A painter that goes on where the one before was killed, and lives for so long."""
        self.first = 0 if self.painted > COLUMNS**2 - 200 else self.painted
        self._nursery.stdin.write(f"{self.first} {seconds} {at_work}\n")

    def end(self):
        """Wait until it is killed. The number of strokes that it told of, and what a studio finds."""
        told = self.first
        for line in self._nursery.stdout:
            words = line.split()
            if words[0] == "gone":
                assert words[1:] == ["killed"], line
                break
            told = int(words[1]) + 1
        else:
            raise AssertionError("the nursery has ended")
        left = found(self.folder)
        self.painted = strokes_in(left[0].array())
        return told, *left

    def close(self):
        self._nursery.stdin.close()
        self._nursery.stdout.close()
        assert self._nursery.wait(10) == 0


@contextmanager
def places(tmp_path, nursery):
    with ExitStack() as stack:
        found_there = [Place(tmp_path / f"被杀 killed {number}", nursery) for number in range(AT_ONCE)]
        for place in found_there:
            stack.callback(place.close)
        yield found_there


def kill_painters(tmp_path, nursery, *, kills, longest):
    """Each time: where it was, the strokes that were told, and what a studio finds then."""
    chance = random.Random(11)
    with places(tmp_path, nursery) as there:
        for _ in range(kills // AT_ONCE):
            for place in there:
                place.begin(seconds=chance.uniform(0, longest), at_work=chance.random() > WHILE_OPENING)
            for place in there:
                yield place, *place.end()


def test_kills_cost_at_most_one_stroke_and_leave_everything_sound(tmp_path):
    strokes = 0
    with closing(kill_painters(tmp_path, "painter.py", kills=KILLS, longest=0.1)) as killed:
        for place, told, editor, recalled, tiles in killed:
            first, painted = place.first, place.painted
            if painted == 0 and told == 0:
                continue  # killed before it had opened the project, or cleared the full mask
            assert np.array_equal(editor.array(), expected(range(painted)))
            assert painted >= max(first, told - 1)
            assert recalled >= told - 1 or told == first
            assert {number % TILES for number in range(first, told - 1)} <= tiles
            assert editor.kind is MaskKind.REGION
            strokes += max(0, painted - first)
    assert strokes > 0


def test_kills_of_the_window_cost_at_most_one_stroke_and_leave_everything_sound(tmp_path):
    strokes = 0
    with closing(kill_painters(tmp_path, "window_painter.py", kills=KILLS_OF_THE_WINDOW, longest=0.5)) as killed:
        for place, told, editor, _recalled, _tiles in killed:
            first, painted = place.first, place.painted
            if painted == 0 and told == 0:
                continue
            assert np.array_equal(editor.array(), expected(range(painted)))
            assert painted >= max(first, told - 1)
            assert editor.kind is MaskKind.REGION
            strokes += max(0, painted - first)
    assert strokes > 0


HALF_WAY = """
import os, signal, sys
from pathlib import Path
import numpy as np
from crackstudio.core.images import MaskKind
from crackstudio.project import atomic
from crackstudio.project.project import Project

project = Project.open(Path(sys.argv[1]))
project.scan()
(image,) = (entry.id for entry in project.entries())
project.flush()
atomic.os.fsync = lambda _file: os.kill(os.getpid(), signal.SIGKILL)
project.save_mask(image, np.ones((9, 9), np.uint8), MaskKind.EXACT)
"""


def test_what_a_kill_leaves_half_written_goes_with_the_next_opening_and_nothing_else_does(tmp_path):
    rasters.write_png(tmp_path / "a.png", np.zeros((9, 9, 3), np.uint8))
    assert subprocess.run([sys.executable, "-c", HALF_WAY, str(tmp_path)], check=False).returncode == -signal.SIGKILL
    masks = tmp_path / ".crackstudio" / "masks"
    assert len(list(masks.glob(".*.part"))) == 1
    for name in ("a.part", ".b.part", f".{'0' * 31}.part", f".{'0' * 32}.png"):
        (masks / name).write_bytes(b"of somebody else")
    project = Project.open(tmp_path)
    mine = masks / f".{atomic._SITTING}{'0' * 20}.part"  # is being written at this moment
    mine.write_bytes(b"")
    project.scan()
    assert len(list(masks.iterdir())) == 5
    assert mine.exists()
    assert project.load_mask(project.entries()[0].id) is None
    project.close()
