"""The left side: search, filters, the list, what is selected in it, and how far the review has come."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from crackstudio.core.images import ImageEntry, Review, Tag
from crackstudio.studio.icons import icon
from crackstudio.studio.language import joined, say, show, tr
from crackstudio.studio.thumbnails import Thumbnails
from crackstudio.studio.widgets.bricks import Choices, glyph_button, restyle, text
from crackstudio.studio.widgets.figure_words import Told
from crackstudio.studio.widgets.image_delegate import ROW, ImageDelegate
from crackstudio.studio.widgets.image_model import ENTRY_ROLE, Arranged, Filter, ImageModel, Order
from crackstudio.studio.widgets.image_view import ImageView
from crackstudio.studio.words import rough_duration

_TYPING_MS = 150
_PACE_MS = 20_000
UNREVIEWED = "unreviewed"


class ImageList(QWidget):
    """`image_chosen` carries an image id; `set_current` shows one without telling."""

    image_chosen = Signal(int)
    filter_changed = Signal()
    """`filter` says something else; the list waits to be arranged anew."""
    menu_asked = Signal(QPoint)
    """A menu for what is selected, at a place on the screen."""
    stop_pressed = Signal()
    """What `show_busy` tells of is to be ended."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = ImageModel(self)
        self.view = ImageView(row_height=ROW.height())
        self._delegate = ImageDelegate(self.view)
        self._search = QLineEdit()
        self._review = Choices()
        self._tag = Choices()
        self._order = Choices()
        self._progress = QProgressBar()
        self._count = QLabel()
        self._listed = text("", kind="muted")
        self._pace = text("", kind="muted")
        self._pace.setObjectName("pace")
        self._busy = QLabel()
        self._stop = glyph_button("x", tip=tr("Stop: what is done stays and can be undone"))
        self._open: int | None = None
        self._asked: int | None = None
        self._thumbnails: Thumbnails | None = None
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._pace_timer = QTimer(self, interval=_PACE_MS)
        self._build_filters()
        self._build_view()
        self._lay_out()
        self._typing.timeout.connect(self.filter_changed)
        self.model.counted.connect(self._show_counts)
        self._pace_timer.timeout.connect(self._show_pace)
        self._pace_timer.start()
        self._show_counts()
        self.show_busy("")

    def set_thumbnails(self, thumbnails: Thumbnails | None) -> None:
        """Where the pictures come from; None between projects."""
        self._thumbnails = thumbnails
        if thumbnails is not None:
            self._delegate.picture_of = thumbnails.get
            thumbnails.made.connect(self.model.touch)
        else:
            self._delegate.picture_of = lambda _entry: None

    def set_told(self, told_of: Callable[[ImageEntry], Told]) -> None:
        """What rows tell beside their entries."""
        self._delegate.told_of = told_of

    def touch_rows(self) -> None:
        """Let the rows on screen be painted again."""
        self.view.viewport().update()

    def take(self, arranged: Arranged) -> None:
        """List what was arranged; of several selected images those that are still listed stay so."""
        several = self.selected() if self.has_several() else []
        self.model.take(arranged)
        rows = [row for row in map(self.model.row_of, several) if row is not None]
        if rows:
            self.view.select_rows(rows)
        self._show_selection()

    def set_current(self, identity: int | None, *, scrolls: bool = True) -> None:
        """Show an image as the open one, and scroll to it; several that are selected stay so if it was open."""
        keep = self.has_several() and identity in (self._open, self._asked)
        self._open, self._asked = identity, None
        self._delegate.open_image = identity
        row = None if identity is None else self.model.row_of(identity)
        if row is not None:
            self.view.show_row(row, keep_selection=keep, scrolls=scrolls)
        elif not keep:
            self.view.clearSelection()
        self.view.viewport().update()

    def shows_open(self) -> bool:
        """Whether the open image is in sight."""
        row = None if self._open is None else self.model.row_of(self._open)
        return row is not None and self.view.is_in_sight(row, height=self.view.viewport().height())

    def selected(self) -> list[int]:
        """The ids of the selected images, in the order of the list."""
        order = self.model.order()
        return [identity for run in self.view.selected_rows() for identity in order[run.start : run.stop]]

    def has_several(self) -> bool:
        """Whether more than one image is selected: the verbs are meant for all of them then."""
        return sum(map(len, self.view.selected_rows())) > 1

    def select_open_only(self) -> None:
        """Let go of a selection of several."""
        if self.has_several():
            row = None if self._open is None else self.model.row_of(self._open)
            self.view.select_rows([] if row is None else [row])

    def show_busy(self, words: str, done: int = 0, of: int = 0, *, stop: str = "") -> None:
        """Tell of work on many images in the foot, and what `stop` would do; no words when it is over."""
        said = tr("{words} {done:,} of {total:,}", words=words, done=done, total=of)
        show(self._busy, text=said if words else "")
        show(self._stop, toolTip=stop or tr("Stop: what is done stays and can be undone"))
        self._busy.setVisible(bool(words))
        self._stop.setVisible(bool(words))

    def filter(self) -> Filter:
        """What the controls ask for."""
        chosen = str(self._review.currentData() or "")
        tag = str(self._tag.currentData() or "")
        return Filter(
            search=self._search.text().strip().lower(),
            review=Review(chosen) if chosen in set(Review) else None,
            unreviewed=chosen == UNREVIEWED,
            tag=Tag(tag) if tag else None,
            order=Order(str(self._order.currentData())),
        )

    def _build_filters(self) -> None:
        say(self._search, placeholderText="Search names")
        self._search.setClearButtonEnabled(True)
        self._search.addAction(icon("magnifying-glass", colour="faint"), QLineEdit.ActionPosition.LeadingPosition)
        self._search.textChanged.connect(self._typing.start)
        states = [(tr(review.capitalize()), review.value) for review in Review]
        self._review.offer([(tr("All states"), ""), (tr("Unreviewed"), UNREVIEWED), *states])
        self._tag.offer([(tr("All tags"), ""), *((tr(tag.capitalize()), tag.value) for tag in Tag)])
        self._order.offer([(tr(order.capitalize()), order.value) for order in Order])
        say(self._order, toolTip="Order of the queue")
        for box, name in ((self._review, "filter_review"), (self._tag, "filter_tag"), (self._order, "order")):
            box.setObjectName(name)
            box.setMinimumContentsLength(4)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.currentIndexChanged.connect(lambda _index: self.filter_changed.emit())

    def _build_view(self) -> None:
        self.view.setModel(self.model)
        self.view.setItemDelegate(self._delegate)
        self.view.row_opened.connect(self._choose)
        self.view.selectionModel().selectionChanged.connect(lambda _now, _before: self._show_selection())
        self.view.customContextMenuRequested.connect(
            lambda at: self.menu_asked.emit(self.view.viewport().mapToGlobal(at))
        )
        self._stop.clicked.connect(self.stop_pressed)

    def _lay_out(self) -> None:
        filters = QHBoxLayout()
        filters.setSpacing(6)
        filters.addWidget(self._review, 1)
        filters.addWidget(self._tag, 1)
        top = QVBoxLayout()
        top.setContentsMargins(10, 10, 10, 8)
        top.setSpacing(6)
        top.addWidget(self._search)
        top.addLayout(filters)
        top.addWidget(self._order)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 8, 12, 10)
        foot.setSpacing(6)
        counts = QHBoxLayout()
        counts.addWidget(self._count)
        counts.addStretch(1)
        counts.addWidget(self._listed)
        foot.addLayout(counts)
        foot.addWidget(self._progress)
        foot.addWidget(self._pace)
        busy = QHBoxLayout()
        busy.addWidget(self._busy, 1)
        busy.addWidget(self._stop)
        foot.addLayout(busy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.view, 1)
        column.addLayout(foot)
        self._progress.setTextVisible(False)
        restyle(self._progress, "good", True)

    def _choose(self, index: QModelIndex) -> None:
        identity = index.data(ENTRY_ROLE).id
        if identity != self._open or self._asked not in (None, identity):
            self._asked = identity
            self.image_chosen.emit(identity)

    def _show_selection(self) -> None:
        selected, listed = sum(map(len, self.view.selected_rows())), self.model.rowCount()
        if selected > 1:
            say(self._listed, text=tr("{count:,} selected", count=selected))
        else:
            show(self._listed, text="" if listed == self.model.total else tr("{count:,} listed", count=listed))

    def _show_pace(self) -> None:
        """Quiet until something was confirmed."""
        pace = self.model.pace
        recent, left = pace.recent(), pace.seconds_left(self.model.total - self.model.counts[Review.CONFIRMED])
        words = tr("{count:,} in the last 15 min", count=recent)
        if left is not None:
            words = joined((words, tr("{time} left", time=rough_duration(left))), by=" · ")
        show(self._pace, text=words if recent else "")
        self._pace.setVisible(bool(recent))

    def _show_counts(self) -> None:
        confirmed, total = self.model.counts[Review.CONFIRMED], self.model.total
        say(self._count, text=tr("Confirmed {done:,} of {total:,}", done=confirmed, total=total))
        self._show_selection()
        self._show_pace()
        self._progress.setMaximum(max(1, total))
        self._progress.setValue(confirmed)
        counts = self.model.counts
        waiting = joined(tr("{count:,} {review}", count=counts[review], review=tr(review)) for review in Review)
        for widget in (self._progress, self._count):
            say(widget, toolTip=waiting)
