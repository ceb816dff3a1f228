"""The memory of 1 000 strokes of 20 px x 300 px on 12 MP, all undoable, as Python counts it."""

import sys
import tracemalloc

import numpy as np
from report import exit_code, row

from crackstudio.studio.mask_editor import MaskEditor

HEIGHT, WIDTH, STROKES, BAR_MB = 3000, 4000, 1000, 50


def main() -> int:
    """0 where the bar holds."""
    chance = np.random.default_rng(0)
    editor = MaskEditor(HEIGHT, WIDTH, mask=np.zeros((HEIGHT, WIDTH), np.uint8))
    tracemalloc.start()
    for _ in range(STROKES):
        x, y, angle = chance.uniform((0, 0, 0), (WIDTH, HEIGHT, 2 * np.pi))
        editor.begin_stroke(x, y, size=20, value=1)
        for step in range(15, 301, 15):
            editor.extend_stroke(x + step * np.cos(angle), y + step * np.sin(angle))
        editor.finish_stroke()
    held = tracemalloc.get_traced_memory()[0]
    assert editor.undo_stack.count() == STROKES
    row("1 000 strokes of 20 px x 300 px on 12 MP, all undoable", held / 1e6, BAR_MB, "MB")
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
