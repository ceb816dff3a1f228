"""Joins "Export measurements…" to its dialog, the progress in the list's foot, and what is told in the end."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from crackstudio.core.images import ImageEntry
from crackstudio.project.project import Project
from crackstudio.studio import telling
from crackstudio.studio.language import joined, tr
from crackstudio.studio.measurements import Measurements, Written
from crackstudio.studio.notice import Notice, Offer, Tone
from crackstudio.studio.widgets.main_window import MainWindow

_PLACE = "measurements"
_NAME = "measurements.csv"


def join_measurements(window: MainWindow, measurements: Measurements) -> None:
    """The action asks for a place, but only where there is something to write."""
    session, images = window.session, window.image_list

    def ask() -> None:
        project = session.project
        if project is not None:
            session.reading.submit(
                lambda: (project.sources.to_measure(), _place(project)),
                done=lambda found: _ask(window, measurements, project, *found),
            )

    window.actions["export_measurements"].triggered.connect(lambda _checked=False: ask())
    images.stop_pressed.connect(measurements.stop)
    measurements.progressed.connect(
        lambda done, of: images.show_busy(tr("Measuring masks"), done, of, stop=tr("Stop: no table is written"))
    )
    for ended in (measurements.written, measurements.stopped, measurements.failed):
        ended.connect(lambda *_what: images.show_busy(""))
    measurements.written.connect(lambda written: session.tell(_written(written)))
    measurements.stopped.connect(lambda: session.message_given.emit(tr("Stopped. No measurements were written.")))
    measurements.failed.connect(lambda path, error: session.tell(_failed(path, error, again=ask)))


def _ask(
    window: MainWindow, measurements: Measurements, project: Project, entries: list[ImageEntry], place: Path
) -> None:
    if project is not window.session.project:
        return
    if not entries:
        window.session.tell(_nothing())
        return
    dialog = QFileDialog(window, tr("Export measurements"), str(place), tr("Table (*.csv)"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("csv")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def export(chosen: str) -> None:
        project.remember(_PLACE, chosen)
        measurements.export(Path(chosen))

    dialog.fileSelected.connect(export)
    dialog.open()


def _place(project: Project) -> Path:
    """Where the table was put last, if that is still there. Reads the disk."""
    kept = project.recall(_PLACE)
    return Path(kept) if isinstance(kept, str) and Path(kept).parent.is_dir() else project.folder / _NAME


def _nothing() -> Notice:
    return Notice(
        title=tr("There are no measurements to export yet"),
        words=tr(
            "Confirmed masks are measured, not proposals and coarse regions. Confirm what is right (Enter), then "
            "export again."
        ),
        topic="measurements",
        seconds=12,
    )


def _written(written: Written) -> Notice:
    left_out = tr(
        "{count:,} {count:image is|images are} left out: not confirmed, flagged, or a coarse region.",
        count=written.left_out,
    )
    words = tr("They are in {path}.", path=written.path)
    if written.left_out:
        words = joined((words, left_out), by=" ")
    return Notice(
        title=tr("Measurements of {count:,} {count:mask|masks} exported", count=written.masks),
        words=words,
        tone=Tone.GOOD,
        topic="measurements",
        offers=(
            Offer(words=tr("Open"), act=lambda: _show(written.path)),
            Offer(words=tr("Show folder"), act=lambda: _show(written.path.parent)),
        ),
    )


def _failed(path: Path, error: Exception, *, again: telling.Act) -> Notice:
    if not isinstance(error, OSError):
        return telling.failure(error)
    return Notice(
        title=tr("The measurements could not be written"),
        words=tr("{path}: {reason}. What was there is as it was.", path=path, reason=error.strerror or error),
        tone=Tone.BAD,
        topic="measurements",
        offers=(Offer(words=tr("Choose another place…"), act=again),),
    )


def _show(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
