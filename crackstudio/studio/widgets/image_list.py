"""The left side: search, filters, the list, and how far the review has come.

The list is a table of one column with fixed row heights: a QListView asks a Python model for its row count once per row
whenever it lays out (measured: 330 ms at 100 000 rows, after every change), a table does not.
"""

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from crackstudio.core.images import Review, Tag
from crackstudio.studio.icons import icon
from crackstudio.studio.thumbnails import Thumbnails
from crackstudio.studio.widgets.bricks import restyle, text
from crackstudio.studio.widgets.image_delegate import ROW, ImageDelegate
from crackstudio.studio.widgets.image_model import ENTRY_ROLE, Arranged, Filter, ImageModel, Order

_TYPING_MS = 150
UNREVIEWED = "unreviewed"


class ImageList(QWidget):
    """`image_chosen` carries an image id; `set_current` shows one without telling."""

    image_chosen = Signal(int)
    filter_changed = Signal()
    """`filter` says something else; the list waits to be arranged anew."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = ImageModel(self)
        self.view = QTableView()
        self._delegate = ImageDelegate(self.view)
        self._search = QLineEdit()
        self._review = QComboBox()
        self._tag = QComboBox()
        self._order = QComboBox()
        self._progress = QProgressBar()
        self._count = QLabel()
        self._listed = text("", kind="muted")
        self._thumbnails: Thumbnails | None = None
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._quiet = False
        self._build_filters()
        self._build_view()
        self._lay_out()
        self._typing.timeout.connect(self.filter_changed)
        self.model.counted.connect(self._show_counts)
        self._show_counts()

    def set_thumbnails(self, thumbnails: Thumbnails | None) -> None:
        """Where the pictures come from; None between projects."""
        self._thumbnails = thumbnails
        if thumbnails is not None:
            self._delegate.picture_of = thumbnails.get
            thumbnails.made.connect(self.model.touch)
        else:
            self._delegate.picture_of = lambda _entry: None

    def take(self, arranged: Arranged) -> None:
        """List what was arranged."""
        self._quiet = True
        self.model.take(arranged)
        self._quiet = False

    def set_current(self, identity: int | None) -> None:
        """Show an image as the open one, scrolled into view."""
        row = None if identity is None else self.model.row_of(identity)
        self._quiet = True
        if row is None:
            self.view.clearSelection()
        else:
            self.view.setCurrentIndex(self.model.index(row))
        self._quiet = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.view.scrollTo(self.view.currentIndex())

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
        self._search.setPlaceholderText("Search names")
        self._search.setClearButtonEnabled(True)
        self._search.addAction(icon("magnifying-glass", colour="faint"), QLineEdit.ActionPosition.LeadingPosition)
        self._search.textChanged.connect(self._typing.start)
        self._review.addItem("All states", "")
        self._review.addItem("Unreviewed", UNREVIEWED)
        for review in Review:
            self._review.addItem(review.value.capitalize(), review.value)
        self._tag.addItem("All tags", "")
        for tag in Tag:
            self._tag.addItem(tag.value.capitalize(), tag.value)
        for order in Order:
            self._order.addItem(order.value.capitalize(), order.value)
        self._order.setToolTip("Order of the queue")
        for box, name in ((self._review, "filter_review"), (self._tag, "filter_tag"), (self._order, "order")):
            box.setObjectName(name)
            box.setMinimumContentsLength(4)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.currentIndexChanged.connect(lambda _index: self.filter_changed.emit())

    def _build_view(self) -> None:
        self.view.setObjectName("images")
        self.view.setModel(self.model)
        self.view.setItemDelegate(self._delegate)
        self.view.setMouseTracking(True)
        self.view.setShowGrid(False)
        self.view.setTabKeyNavigation(False)
        self.view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.view.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.view.horizontalHeader().hide()
        self.view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.view.verticalHeader().setDefaultSectionSize(ROW.height())
        self.view.selectionModel().currentChanged.connect(self._choose)

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
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.view, 1)
        column.addLayout(foot)
        self._progress.setTextVisible(False)
        restyle(self._progress, "good", True)

    def _choose(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and not self._quiet:
            self.image_chosen.emit(index.data(ENTRY_ROLE).id)

    def _show_counts(self) -> None:
        confirmed, total = self.model.counts[Review.CONFIRMED], self.model.total
        self._count.setText(f"Confirmed {confirmed:,} of {total:,}")
        listed = self.model.rowCount()
        self._listed.setText("" if listed == total else f"{listed:,} listed")
        self._progress.setMaximum(max(1, total))
        self._progress.setValue(confirmed)
        waiting = ", ".join(f"{self.model.counts[review]:,} {review}" for review in Review)
        self._progress.setToolTip(waiting)
        self._count.setToolTip(waiting)
