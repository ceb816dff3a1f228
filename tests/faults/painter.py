"""Forks painters that paint, undo, save, review, close and open, and kills them.

For each line on stdin (the number of the first stroke, how many seconds to live, and whether only from the moment on in
which the project is open) it tells `stroke N` for every stroke that was finished, and in the end `gone killed`.
"""

import os
import random
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

from test_kill import SIDE, TILES, bring_back, dot, tags_of

from crackstudio.core.images import MaskKind, Review, Tag
from crackstudio.project.project import Project
from crackstudio.studio.mask_editor import MaskEditor


def say(words):
    os.write(1, f"{words}\n".encode())


class Sitting:
    """What a studio does with one image, without its window."""

    def __init__(self, folder):
        self.project = Project.open(folder)
        (self.image,) = (entry.id for entry in self.project.entries())
        self.journal = self.project.journal(self.image)
        strokes = self.journal.read()  # before the mask, as the desk does
        mask = self.project.load_mask(self.image)
        kind = self.project.entry(self.image).mask_kind or MaskKind.EXACT
        self.editor = MaskEditor(SIDE, SIDE, mask=mask, kind=kind, journal=self.journal.append)
        bring_back(self.editor, strokes)
        self.saving = None

    def stroke(self, number):
        self.project.flush()  # a hand is slower than the writer: all strokes but the newest have had their turn
        self.editor.begin_stroke(*dot(number), size=9, value=1)
        self.editor.finish_stroke()
        self.project.tiles.keep(self.image, tags_of(self.project, self.image).tagged({number % TILES}, Tag.CRACKED))
        self.project.remember("strokes", number + 1)
        say(f"stroke {number}")

    def undo_and_redo(self):
        self.project.flush()
        self.editor.undo_stack.undo()
        self.editor.undo_stack.redo()

    def save(self):
        if self.saving is not None:
            self.saving.join()
        snapshot, mark = self.editor.snapshot(), self.journal.mark()
        self.saving = threading.Thread(
            target=lambda: self.project.save_mask(self.image, snapshot.to_array(), MaskKind.REGION, journal_mark=mark)
        )
        self.saving.start()

    def close(self):
        self.save()
        self.saving.join()
        self.project.close()


def paint(folder, first, *, opened):
    chance, number = random.Random(first), first
    sitting = Sitting(folder)
    if sitting.editor.kind is MaskKind.EXACT:
        sitting.editor.set_kind(MaskKind.REGION)
    opened()
    sitting.project.remember("strokes", first)
    if first == 0 and sitting.editor.touched:
        sitting.editor.clear()
    while True:
        sitting.stroke(number)
        number += 1
        match chance.randrange(12):
            case 0 | 1 | 2:
                sitting.save()
            case 3:
                sitting.undo_and_redo()
            case 4:
                sitting.project.set_review([sitting.image], Review.CONFIRMED)
            case 5:
                sitting.project.scan()
            case 6:
                sitting.close()
                sitting = Sitting(folder)


def born(paint, *args):
    """A painter, and the pipe in which it tells that its project is open."""
    opened, opens = os.pipe()
    painter = os.fork()
    if painter == 0:
        try:
            paint(*args, opened=lambda: os.write(opens, b"."))
        except BaseException:  # noqa: BLE001 the child must never go on as the parent
            traceback.print_exc()
            os._exit(1)
    os.close(opens)
    return painter, opened


def nurse(paint):
    """For every line on stdin a painter, killed when its time has come."""
    folder = Path(sys.argv[1])
    for line in iter(sys.stdin.readline, ""):
        first, seconds, at_work = line.split()
        painter, opened = born(paint, folder, int(first))
        if at_work == "True":
            os.read(opened, 1)
        time.sleep(float(seconds))  # the moment of the kill: no wait for anything
        os.kill(painter, signal.SIGKILL)
        os.close(opened)
        _, status = os.waitpid(painter, 0)
        say("gone killed" if os.WIFSIGNALED(status) else "gone by itself")


if __name__ == "__main__":
    nurse(paint)
