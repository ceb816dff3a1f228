"""The small parts every panel is built of: headings, sliders with a number, segments, foldable sections."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from crackstudio.studio.icons import icon, paint_glyph
from crackstudio.studio.language import Said, follow, show, tr

ICON = QSize(16, 16)


def text(words: str, *, kind: str = "", wrap: bool = False) -> QLabel:
    """A label; `kind` is a property the style sheet knows: heading, muted, title, display, good, bad."""
    made = QLabel()
    show(made, text=words)
    made.setWordWrap(wrap)
    if kind:
        made.setProperty(kind, True)
    return made


class Choices(QComboBox):
    """A box to choose from."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[str] = []
        follow(self, self._name_items)

    def offer(self, items: Iterable[tuple[str, object]]) -> None:
        """These and no others: (words, data)."""
        self.clear()
        self._words = []
        for words, data in items:
            self._words.append(words)
            self.addItem(words, data)

    def _name_items(self) -> None:
        for index, words in enumerate(self._words):
            self.setItemText(index, tr(words) if isinstance(words, Said) else words)


def line() -> QFrame:
    """A thin horizontal line."""
    made = QFrame()
    made.setObjectName("line")
    made.setFixedHeight(1)
    return made


def push(words: str, *, icon_name: str = "", primary: bool = False, flat: bool = False, tip: str = "") -> QPushButton:
    """A button that leaves the keyboard to the canvas when clicked."""
    made = QPushButton()
    show(made, text=tr(" {words}", words=words) if icon_name and words else words, toolTip=tip)
    if icon_name:
        made.setIcon(icon(icon_name, colour="on_accent" if primary else "text"))
        made.setIconSize(ICON)
    made.setProperty("primary", primary)
    made.setProperty("flat", flat)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def glyph_button(icon_name: str, *, tip: str, colour: str = "muted", checkable: bool = False) -> QToolButton:
    """A small button of an icon alone."""
    made = QToolButton()
    made.setIcon(icon(icon_name, colour=colour))
    made.setIconSize(ICON)
    show(made, toolTip=tip)
    made.setCheckable(checkable)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def show_tip(widget: QWidget, action: QAction) -> None:
    """Give `widget` the tool tip and the hint line of `action`, and every later one."""

    def show_now() -> None:
        widget.setToolTip(action.toolTip())
        widget.setStatusTip(action.statusTip())

    show_now()
    action.changed.connect(show_now)


def inset(box: QAbstractSpinBox) -> None:
    """Keep the number off the box's left edge: the style sheet's padding does not reach the line inside."""
    box.lineEdit().setTextMargins(6, 0, 0, 0)


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and let it look again."""
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Glyph(QWidget):
    """An icon to look at; painted anew each time, so that it follows the theme."""

    def __init__(self, name: str, *, colour: str, size: int = 18) -> None:
        super().__init__()
        self._name, self._colour = name, colour
        self.setFixedSize(size, size)

    def set_colour(self, colour: str) -> None:
        """Another field of `Colours`."""
        self._colour = colour
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_glyph(painter, self.rect(), self._name, colour=self._colour)


class Section(QWidget):
    """A heading that folds its body away."""

    unfolded = Signal()

    def __init__(self, title: str, *, folded: bool = False) -> None:
        super().__init__()
        self._head = QToolButton()
        show(self._head, text=title)
        self._head.setCheckable(True)
        self._head.setChecked(not folded)
        self._head.setAutoRaise(True)
        self._head.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._head.setObjectName("section_head")
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head.setIconSize(QSize(12, 12))
        self._body = QWidget()
        self.body = QVBoxLayout(self._body)
        self.body.setContentsMargins(16, 2, 16, 12)
        self.body.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head_row = QHBoxLayout()
        head_row.setContentsMargins(8, 6, 8, 2)
        head_row.addWidget(self._head)
        head_row.addStretch(1)
        column.addLayout(head_row)
        column.addWidget(self._body)
        column.addWidget(line())
        self._head.toggled.connect(self._fold)
        self._fold(not folded)

    def set_title(self, title: str, *, stands_out: bool = False) -> None:
        """Another heading, in the colour of what differs where it `stands_out`."""
        show(self._head, text=title)
        restyle(self._head, "changed", stands_out)

    def unfold(self) -> None:
        """Show what is below the heading."""
        self._head.setChecked(True)

    def _fold(self, shown: bool) -> None:
        self._head.setIcon(icon("caret-down" if shown else "caret-right", colour="muted"))
        self._body.setVisible(shown)
        if shown:
            self.unfolded.emit()


class SliderRow(QWidget):
    """A slider with its number: `value` in `minimum..maximum`, shown with `suffix`."""

    value_changed = Signal(float)

    def __init__(
        self,
        *,
        minimum: float,
        maximum: float,
        value: float,
        suffix: str = "",
        decimals: int = 0,
        bend: float = 1,
    ) -> None:
        """`bend` > 1 gives small values more of the slider's way (brush sizes)."""
        super().__init__()
        self._low, self._high, self._bend = minimum, maximum, bend
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, 1000)
        self._slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._number = QDoubleSpinBox()
        self._number.setDecimals(decimals)
        self._number.setSingleStep(10**-decimals)
        self._number.setRange(minimum, maximum)
        show(self._number, suffix=suffix)
        self._number.setFixedWidth(72)
        self._number.setProperty("plain", True)
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._number.lineEdit().setTextMargins(0, 0, 6, 0)
        self._number.setKeyboardTracking(False)
        self._number.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._slider, 1)
        row.addWidget(self._number)
        self.set_value(value)
        self._slider.valueChanged.connect(self._slid)
        self._number.valueChanged.connect(self._typed)

    @property
    def value(self) -> float:
        """The number in force."""
        return self._number.value()

    def set_value(self, value: float) -> None:
        """Show `value` without telling anyone."""
        with QSignalBlocker(self._slider), QSignalBlocker(self._number):
            self._number.setValue(value)
            self._slider.setValue(self._position(value))

    def _slid(self, position: int) -> None:
        with QSignalBlocker(self._number):
            self._number.setValue(self._low + (self._high - self._low) * (position / 1000) ** self._bend)
        self.value_changed.emit(self._number.value())

    def _typed(self, value: float) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setValue(self._position(value))
        self.value_changed.emit(value)

    def _position(self, value: float) -> int:
        share = (value - self._low) / (self._high - self._low)
        return round(1000 * float(max(0.0, share) ** (1 / self._bend)))


class Segments(QWidget):
    """Choices side by side, one of them down."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        """`choices` are (key, words)."""
        super().__init__()
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for index, (key, words) in enumerate(choices):
            button = push(words)
            button.setCheckable(True)
            button.setProperty("segment", True)
            button.setProperty("end", {0: "first", len(choices) - 1: "last"}.get(index, ""))
            button.setObjectName(f"segment_{key}")
            button.clicked.connect(lambda _checked, key=key: self.chosen.emit(key))
            self._buttons[key] = button
            self._group.addButton(button)
            row.addWidget(button, 1)

    def choose(self, key: str | None) -> None:
        """Show `key` as chosen (None: nothing), without telling anyone."""
        self._group.setExclusive(False)
        for name, button in self._buttons.items():
            button.setChecked(name == key)
        self._group.setExclusive(True)
