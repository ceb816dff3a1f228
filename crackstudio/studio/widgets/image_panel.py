"""What is said of the open image: tag, kind of mask, weighting of regions, share of crack, review."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QGridLayout, QHBoxLayout, QLabel, QWidget

from crackstudio.core.classes import CRACK
from crackstudio.core.figures import NOTHING, MaskFigures
from crackstudio.core.images import ImageEntry, MaskKind, Tag
from crackstudio.studio.language import heard, joined, say, show, tr
from crackstudio.studio.widgets.bricks import Section, Segments, SliderRow, push, text

_NAME_WIDTH = 60
"""Pixels of a class' name; more would widen the panel."""


class ImagePanel(Section):
    """Says and changes what is known of one image."""

    tag_chosen = Signal(str)
    kind_chosen = Signal(str)
    weighting_changed = Signal(float, float)
    """Power p and positive weight w_pos of the weights layer."""
    accept_pressed = Signal()
    nothing_pressed = Signal()
    flag_pressed = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Image"))
        self._name = text("", wrap=True)
        self._facts = text("", kind="muted", wrap=True)
        self._tag = Segments([(tag.value, tr(tag.capitalize())) for tag in (Tag.CRACKED, Tag.INTACT, Tag.UNKNOWN)])
        self._kind = Segments([(kind.value, tr(kind.capitalize())) for kind in MaskKind])
        self._power = SliderRow(minimum=0.5, maximum=4, value=1, decimals=1)
        self._positive = SliderRow(minimum=0.5, maximum=10, value=1, decimals=1)
        self._weights = QWidget()
        self._share, self._length, self._width = QLabel("–"), QLabel("–"), QLabel("–")
        self._counted = text(tr("Cracks, length"), kind="muted")
        self._measured: MaskFigures | None = None
        self._class = CRACK.id
        self._build_weights()
        self._lay_out()
        self._tag.chosen.connect(self.tag_chosen)
        self._kind.chosen.connect(self.kind_chosen)
        for row in (self._power, self._positive):
            row.value_changed.connect(lambda _value: self._tell_weighting())
        self.set_entry(None, kind=MaskKind.EXACT)

    def set_entry(self, entry: ImageEntry | None, *, kind: MaskKind) -> None:
        """Show an image; `kind` is the one of its mask as edited now."""
        self.setEnabled(entry is not None)
        self._tag.choose(entry.tag.value if entry else None)
        self._kind.choose(kind.value if entry else None)
        self._weights.setVisible(kind is MaskKind.REGION)
        if entry is None:
            say(self._name, text="No image is open")
            self._facts.setText("")
            return
        self._name.setText(entry.path.rpartition("/")[2])
        self._name.setToolTip(entry.name)
        size = f"{entry.width} × {entry.height} px" if entry.width else ""
        say(self._facts, text=joined(filter(None, (size, tr(entry.review), heard(entry.problem or ""))), by=" · "))

    def set_share(self, share: float | None) -> None:
        """Show what share of the mask is defect; None while it is counted."""
        self._share.setText("–" if share is None else f"{share:.2%}")

    def set_measured(self, measured: MaskFigures | None) -> None:
        """Show how many cracks there are, how long and how wide; None where there is nothing to say."""
        self._measured = measured
        self._show_measured()

    def tell_of(self, identity: int, name: str) -> None:
        """Tell the figures of this class alone; without a name it is the only one there is."""
        self._class = identity
        shown = self._counted.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _NAME_WIDTH)
        show(self._counted, text=tr("{name}, length", name=shown) if name else tr("Cracks, length"), toolTip=name)
        self._show_measured()

    def _show_measured(self) -> None:
        figures = NOTHING if self._measured is None else self._measured.of(self._class)
        if not figures.cracks:
            self._length.setText("–")
            self._width.setText("–")
            return
        self._length.setText(f"{figures.cracks:,} · {figures.length:,.0f} px")
        mean, most = figures.mean_width, figures.max_width
        say(self._width, text=tr("{mean:.1f} px, at most {most:.1f}", mean=mean, most=most))

    @property
    def weighting(self) -> tuple[float, float]:
        """Power p and positive weight w_pos, for the next run's settings too."""
        return self._power.value, self._positive.value

    def _build_weights(self) -> None:
        form = QFormLayout(self._weights)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(8)
        form.addRow(text("p", kind="muted"), self._power)
        form.addRow(text("w pos", kind="muted"), self._positive)
        say(self._power, toolTip="How fast a region's border fades: weight = w pos · (D / D max)^p")
        say(self._positive, toolTip="The weight in the middle of a region; background weighs 1")

    def _lay_out(self) -> None:
        figures = QGridLayout()
        figures.setColumnStretch(0, 1)
        shares, widths = text(tr("Share of defect"), kind="muted"), text(tr("Width"), kind="muted")
        named = ((shares, self._share), (self._counted, self._length), (widths, self._width))
        for row, (name, figure) in enumerate(named):
            figures.addWidget(name, row, 0)
            figures.addWidget(figure, row, 1, Qt.AlignmentFlag.AlignRight)
        self.accept = push(tr("Accept"), icon_name="check", primary=True)
        self.nothing = push(tr("Nothing here"))
        self.flag = push("", icon_name="flag")
        self.flag.setMaximumWidth(36)
        review = QHBoxLayout()
        review.setSpacing(6)
        review.addWidget(self.accept, 1)
        review.addWidget(self.nothing, 1)
        review.addWidget(self.flag)
        self.accept.clicked.connect(self.accept_pressed)
        self.nothing.clicked.connect(self.nothing_pressed)
        self.flag.clicked.connect(self.flag_pressed)
        for part in (self._name, self._facts, text(tr("Tag"), kind="muted"), self._tag):
            self.body.addWidget(part)
        self.body.addWidget(text(tr("Kind of mask"), kind="muted"))
        self.body.addWidget(self._kind)
        self.body.addWidget(self._weights)
        self.body.addLayout(figures)
        self.body.addLayout(review)

    def _tell_weighting(self) -> None:
        self.weighting_changed.emit(self._power.value, self._positive.value)
