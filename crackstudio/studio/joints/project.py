"""Joins folders, the list, notices and the status line."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from crackstudio.project.project import Project
from crackstudio.studio.background import Background
from crackstudio.studio.disagreement import Disagreement
from crackstudio.studio.figures import CrackFigures
from crackstudio.studio.joints.listing import Listing
from crackstudio.studio.joints.measurements import join_measurements
from crackstudio.studio.language import tr
from crackstudio.studio.measurements import Measurements
from crackstudio.studio.notice import Notice
from crackstudio.studio.shelf import OpenImage
from crackstudio.studio.survey import Survey
from crackstudio.studio.thumbnails import Thumbnails
from crackstudio.studio.widgets.image_model import Filter, arrange
from crackstudio.studio.widgets.main_window import MainWindow

DEMO_IMAGES = 36


def join_project(window: MainWindow, *, measuring: Background, drawing: Background) -> None:
    """Opening and closing, the list, walking along it, notices and messages.

    `measuring` and `drawing` (of small pictures) have one thread each.
    """
    session, images = window.session, window.image_list
    session.order = lambda: _walking_order(window)
    session.project_opened.connect(lambda project: _show_project(window, project, drawing=drawing))
    session.project_closed.connect(lambda: _leave_project(window))
    _join_surveys(window, measuring=measuring)
    images.image_chosen.connect(session.open_image)
    session.notice_raised.connect(window.notices.show_notice)
    session.notice_raised.connect(lambda notice: window.notices.settle(*notice.covers))
    session.notice_raised.connect(lambda notice: _come_forward(window, notice))
    session.image_opened.connect(lambda _image: window.notices.settle("image", "queue", "accept"))
    session.image_opened.connect(lambda image: _lend_picture(window, image))
    window.retraining.run_started.connect(lambda _history: window.notices.settle("run", "retrain"))
    session.message_given.connect(window.status.say)
    session.saved.connect(window.status.set_saved)
    _join_actions(window)


def _walking_order(window: MainWindow) -> Sequence[int]:
    """As listed; as found, until the list of a project that has just been opened is there."""
    model = window.image_list.model
    return model.order() if model.total else [entry.id for entry in window.session.entries()]


def _join_surveys(window: MainWindow, *, measuring: Background) -> None:
    session = window.session
    figures = Survey(session, CrackFigures(), on=measuring, is_settled=session.is_on_disk)
    join_measurements(window, Measurements(session, figures, on=measuring))
    Listing(window, figures=figures, disagreement=Survey(session, Disagreement(), on=measuring))


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


def _lend_picture(window: MainWindow, image: OpenImage | None) -> None:
    if window.thumbnails is not None:
        window.thumbnails.lend(window.session.entry, image.picture if image is not None else None)


def _come_forward(window: MainWindow, notice: Notice) -> None:
    """Closing was asked for, and a person has to decide."""
    if notice.topic in ("close", "wait") and window.isMinimized():
        window.showNormal()


def _show_project(window: MainWindow, project: Project, *, drawing: Background) -> None:
    window.settings.remember_folder(project.folder)
    window.start_page.set_recents(window.settings.recents())
    window.setWindowTitle(f"{project.folder.name} – CrackStudio")
    cache = project.home / "thumbnails"
    window.thumbnails = Thumbnails(folder=project.folder, cache=cache, background=drawing, parent=window)
    window.image_list.set_thumbnails(window.thumbnails)
    session = window.session
    project.listen(
        session.reported.emit,
        on_disk=lambda words, is_well: session.disk_mended.emit() if is_well else session.disk_failed.emit(words),
    )
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
