"""The longest gap between two beats of the window's event loop while training starts, runs and ends.

The bar is on what of a gap is the studio's own: on a loaded machine the rest is the machine's.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from report import exit_code, row
from sitting import Beats, draw_images, opened_window, wait

from crackstudio.core.runs import RunSpec
from crackstudio.studio.widgets.main_window import MainWindow

BAR_MS, IMAGES = 50, 24


def walk(window: MainWindow, folder: Path) -> None:
    """Open, train, end; each a phase."""
    retraining, beats = window.retraining, Beats()

    def phase(name: str, until: Callable[[], bool], *, act: Callable[[], object] = lambda: None) -> None:
        beats.begin()
        act()
        wait(until)
        row(f"event loop, {name}: longest gap", beats.taken(), BAR_MS, of_work=True)

    def open_folder() -> None:
        window.proposing.start()
        window.session.open_folder(folder)

    phase(
        "a folder opens",
        lambda: window.session.image is not None and bool(window.proposing.methods),
        act=open_folder,
    )
    wait(lambda: window.image_list.model.total == IMAGES)
    phase(
        "a run starts",
        lambda: retraining.history is not None and retraining.history.stepped is not None,
        act=lambda: retraining.retrain(RunSpec(method="attention-cyclegan", steps=8)),
    )
    phase("a run trains", lambda: not retraining.is_running)
    phase("a run has ended", lambda: bool(window.notices.cards()))


def main() -> int:
    """0 where the bar holds."""
    with opened_window() as (window, folder):
        draw_images(folder, count=IMAGES)
        walk(window, folder)
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
