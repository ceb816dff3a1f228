"""kill -9 in the middle of painting and saving: the project opens, and at most the last stroke is lost."""

import random
import subprocess
import sys

import numpy as np

from crackstudio.project.project import Project

KILLS = 10
STROKES = 50
"""A kill: more than are ever painted before it comes."""

PAINTER = """
import sys, threading
from pathlib import Path
import numpy as np
from crackstudio.core.images import MaskKind
from crackstudio.project.project import Project

project = Project.open(Path(sys.argv[1]))
image = next(entry.id for entry in project.entries() if entry.name == "a.png")
journal = project.journal(image)
mask = project.load_mask(image)
mask = np.zeros((20, 30), np.uint8) if mask is None else mask
for payload in journal.read():
    mask.flat[int(payload)] = 1
for line in sys.stdin:
    stroke = int(line)
    project.flush()  # a hand is slower than the writer: all strokes but the newest have had their turn
    journal.append(line.strip().encode())
    mask.flat[stroke] = 1
    if stroke % 3 == 0:
        save = lambda mask=mask.copy(), mark=journal.mark(): project.save_mask(
            image, mask, MaskKind.EXACT, journal_mark=mark)
        threading.Thread(target=save).start()
    print(stroke, flush=True)
"""


def paint_until_killed(folder, *, first, kill_after):
    """Strokes from `first` on; the process is killed as soon as it has told `kill_after` of them. The last one told."""
    command = [sys.executable, "-c", PAINTER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as painter:
        painter.stdin.write("".join(f"{stroke}\n" for stroke in range(first, first + STROKES)))
        painter.stdin.flush()
        told = first - 1
        for line in painter.stdout:
            told = int(line)
            if told - first + 1 >= kill_after:
                painter.kill()
                break
    assert told >= first, "the painter never began"
    return told


def test_kills_cost_at_most_the_last_stroke(opened, folder, id_of):
    chance = random.Random(7)
    opened().close()
    for _ in range(KILLS):
        project = Project.open(folder)
        image = id_of(project, "a.png")
        painted = painted_strokes(project, image)
        project.close()
        told = paint_until_killed(folder, first=len(painted), kill_after=chance.randint(1, 12))
        project = Project.open(folder)
        assert not project._reports
        painted = painted_strokes(project, image)
        assert painted == set(range(len(painted)))
        assert len(painted) >= told  # strokes 0 .. told - 1
        project.close()


def painted_strokes(project, image):
    """In the mask or in the journal."""
    mask = project.load_mask(image)
    saved = set() if mask is None else set(np.flatnonzero(mask).tolist())
    return saved | {int(payload) for payload in project.journal(image).read()}
