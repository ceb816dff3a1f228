"""Joins folders, the list, notices and the status line."""

import subprocess
import sys
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from crackstudio.core.images import ImageEntry
from crackstudio.project.project import Project
from crackstudio.studio.disagreement import Disagreement
from crackstudio.studio.language import tr
from crackstudio.studio.thumbnails import Thumbnails
from crackstudio.studio.widgets.image_model import Arranged, Filter, Order, arrange
from crackstudio.studio.widgets.main_window import MainWindow

DEMO_IMAGES = 36


def join_project(window: MainWindow) -> None:
    """Opening and closing, the list, walking along it, notices and messages."""
    session, images = window.session, window.image_list
    session.order = images.model.order
    session.project_opened.connect(lambda project: _show_project(window, project))
    session.project_closed.connect(lambda: _leave_project(window))
    listing = Listing(window)
    session.entries_reset.connect(listing.arrange)
    session.entries_changed.connect(listing.update)
    images.filter_changed.connect(listing.arrange)
    images.image_chosen.connect(session.open_image)
    session.notice_raised.connect(window.notices.show_notice)
    session.image_opened.connect(lambda _image: window.notices.settle("image", "queue", "accept"))
    window.retraining.run_started.connect(lambda _history: window.notices.settle("run", "retrain"))
    session.message_given.connect(window.status.say)
    session.saved.connect(window.status.set_saved)
    window.proposing.finished.connect(lambda _count: listing.rank_again())
    _join_actions(window)


class Listing:
    """Arranges the list off the thread; what changes meanwhile is put on top."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._late: dict[int, ImageEntry] = {}
        self._disagreement = Disagreement(window.session)
        self._disagreement.progressed.connect(
            lambda done, of: window.image_list.show_busy(tr("Comparing networks"), done, of)
        )
        self._disagreement.measured.connect(self._take_disagreement)
        window.image_list.stop_pressed.connect(self._disagreement.stop)

    def arrange(self) -> None:
        """Filter and order anew; by what is known of two networks, and again when all of it is."""
        self._arrange()
        if self._window.image_list.filter().order is Order.DISPUTED_FIRST:
            self._disagreement.measure()

    def update(self, entries: list[ImageEntry]) -> None:
        """Show what changed."""
        self._late.update({entry.id: entry for entry in entries})
        self._window.image_list.model.update_entries(entries)

    def rank_again(self) -> None:
        """New proposals change the order of what is most unsure, and of what is most disputed."""
        if self._window.image_list.filter().order is not Order.NAME:
            self.arrange()

    def _arrange(self) -> None:
        session, chosen = self._window.session, self._window.image_list.filter()
        disputed = dict(self._disagreement.shares) if chosen.order is Order.DISPUTED_FIRST else {}
        self._late.clear()
        session.reading.submit(
            lambda: arrange(session.entries(), chosen, disputed=disputed), done=self._take, lane="list", urgent=True
        )

    def _take_disagreement(self) -> None:
        self._window.image_list.show_busy("")
        chosen = self._window.image_list.filter().order
        if chosen is Order.DISPUTED_FIRST:
            self._arrange()
            if not self._disagreement.shares:
                self._window.session.message_given.emit(
                    tr("No image has proposals of two networks yet: retrain first.")
                )

    def _take(self, arranged: Arranged) -> None:
        if self._window.session.project is None:
            return
        self._window.image_list.take(arranged)
        self._window.image_list.model.update_entries(self._late.values())
        self._late.clear()
        image = self._window.session.image
        self._window.image_list.set_current(image.id if image else None)


def _join_actions(window: MainWindow) -> None:
    session, actions = window.session, window.actions
    for name, act in (
        ("open", lambda: ask_folder(window)),
        ("open_demo", lambda: open_demo(window)),
        ("rescan", session.rescan),
        ("save", session.save_all),
        ("close_project", session.close_project),
        ("quit", window.close),
        ("previous", lambda: session.step(-1)),
        ("next", lambda: session.step(1)),
        ("next_unreviewed", session.open_next_unreviewed),
    ):
        actions[name].triggered.connect(lambda _checked=False, act=act: act())
    window.start_page.open_pressed.connect(actions["open"].trigger)
    window.start_page.demo_pressed.connect(actions["open_demo"].trigger)
    window.start_page.folder_chosen.connect(lambda folder: session.open_folder(Path(folder)))


def ask_folder(window: MainWindow) -> None:
    """Let a person choose a folder."""
    recents = window.settings.recents()
    dialog = QFileDialog(window, tr("Open a folder of images"), str(recents[0].parent if recents else Path.home()))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda chosen: window.session.open_folder(Path(chosen)))
    dialog.open()


def open_demo(window: MainWindow) -> None:
    """Draw the demo's images if they are not there, in a process of its own, and open them."""
    drawing = tr("Drawing cracks for the demo…")
    window.start_page.set_busy(drawing)
    window.session.message_given.emit(drawing)
    window.session.reading.submit(
        demo_folder,
        done=lambda folder: _open_drawn(window, folder),
        failed=lambda error: _tell_undrawn(window, error),
        lane="demo",
    )


def _open_drawn(window: MainWindow, folder: Path) -> None:
    window.start_page.set_busy("")
    window.session.open_folder(folder)


def _tell_undrawn(window: MainWindow, error: Exception) -> None:
    window.start_page.set_busy("")
    window.session.tell_failure(error)


def demo_folder() -> Path:
    """The folder of the demo's drawn images, made where there is none. Any thread. Raises OSError."""
    import platformdirs

    images = platformdirs.user_data_path("crackstudio", appauthor=False) / "demo" / "images"
    if images.is_dir():
        return images
    fresh = images.with_name("drawing")
    count, size = str(DEMO_IMAGES), "288"
    command = [
        sys.executable,
        "-m",
        "crackstudio",
        "synth",
        str(fresh),
        "--count",
        count,
        "--size",
        size,
        "--seed",
        "7",
    ]
    no_window = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    subprocess.run([*command, "--surface", "terrazzo"], check=True, capture_output=True, creationflags=no_window)
    (fresh / "masks").rename(images.with_name("truth"))
    return fresh.rename(images)


def _show_project(window: MainWindow, project: Project) -> None:
    window.settings.remember_folder(project.folder)
    window.start_page.set_recents(window.settings.recents())
    window.setWindowTitle(f"{project.folder.name} – CrackStudio")
    window.thumbnails = Thumbnails(folder=project.folder, cache=project.home / "thumbnails", parent=window)
    window.image_list.set_thumbnails(window.thumbnails)
    project.listen(window.session.reported.emit)
    window.show_project(True)
    window.canvas.setFocus()


def _leave_project(window: MainWindow) -> None:
    if window.thumbnails is not None:
        window.image_list.set_thumbnails(None)
        window.thumbnails.close()
        window.thumbnails.deleteLater()
        window.thumbnails = None
    window.image_list.take(arrange([], Filter()))
    window.image_list.show_busy("")
    window.setWindowTitle("CrackStudio")
    window.notices.clear()
    window.show_project(False)
