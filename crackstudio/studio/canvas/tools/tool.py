"""What a tool is: it is pressed, moved and released over an easel, and says how the pointer looks."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor

from crackstudio.imaging.patch import Pixels
from crackstudio.imaging.shapes import Point
from crackstudio.studio.background import Background
from crackstudio.studio.canvas.tools.cursors import marked_cursor
from crackstudio.studio.keymap import BINDINGS
from crackstudio.studio.mask_editor import Make, MaskEditor
from crackstudio.studio.tile_editor import TileEditor


class ToolKey(StrEnum):
    """The tools there are, by the names of their actions."""

    BRUSH = "brush"
    ERASE = "erase"
    PROPOSAL_BRUSH = "proposal_brush"
    TRACE = "trace"
    LINE = "line"
    POLYGON = "polygon"
    FILL = "fill"
    WAND = "wand"
    LASSO = "lasso"
    TILES = "tiles"
    HAND = "hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Where the pointer is: (x, y) in image pixels with fractions, (device_x, device_y) in pixels of the window.

    `erases` is true while the right button, Ctrl or a pen's other end asks to erase. `pressure`, in [0, 1], is that of
    a pen; a mouse presses fully. `held` are the keys held when a drag begins.
    """

    x: float
    y: float
    device_x: float
    device_y: float
    erases: bool = False
    pressure: float = 1.0
    held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a tool has in hand and no mask holds yet: a path through image points (x, y), and the nodes set so far.

    `width`: of what it will paint, in image pixels; 0 where the path alone is to be seen. `ahead`: from the path's end
    on, where the way is not known yet.
    """

    path: tuple[Point, ...]
    ahead: tuple[Point, ...] = ()
    nodes: tuple[Point, ...] = ()
    closed: bool = False
    width: int = 0


class Easel(Protocol):
    """What a tool may see and do."""

    @property
    def editor(self) -> MaskEditor | None:
        """The mask to paint, if an image is shown."""

    @property
    def tiles(self) -> TileEditor | None:
        """The tile tags, if an image is shown."""

    @property
    def brush_size(self) -> int:
        """Diameter in image pixels."""

    @property
    def brush_value(self) -> int:
        """The class to paint."""

    @property
    def scale(self) -> float:
        """Pixels of the window per image pixel."""

    @property
    def picture(self) -> Pixels | None:
        """The image, (H, W, 3) uint8 RGB."""

    @property
    def proposal(self) -> Pixels | None:
        """The crack map, (H, W) uint8."""

    @property
    def threshold(self) -> float:
        """In [0, 1]; what is over it counts as crack."""

    @property
    def dark_below(self) -> float | None:
        """The brightness in [0, 1] under which the lasso takes the picture in; None finds it inside each outline."""

    @property
    def trace_width(self) -> int | None:
        """The width of what is traced, in image pixels; None takes it from the picture."""

    @property
    def background(self) -> Background:
        """For what takes longer than a frame."""

    def change(self, text: str, make: Make, *, picks: bool = False) -> None:
        """Let `make` change the mask, in one undo step that comes later where it is large.

        `picks`: out of the proposal, so an untouched mask starts from nothing.
        """

    def show_draft(self) -> None:
        """The draft, or the hint, has changed while nobody moved."""

    def say(self, words: str) -> None:
        """Tell a person something that may pass by."""

    def pan_by(self, dx: int, dy: int) -> None:
        """Move the image by device pixels."""


class Tool(ABC):
    """One way to work on the canvas. One press to release is one drag; `cancel` ends it without a trace.

    A tool that is set down node by node drafts between its drags: then Enter or a double click finishes, Backspace
    takes the last node back, and Escape cancels.
    """

    key: ClassVar[ToolKey]
    shows_ring: ClassVar[bool] = True
    """Whether the brush's size is drawn around the pointer."""
    is_marked: ClassVar[bool] = True
    """Whether the pointer carries the tool's icon; the ring alone says brush."""
    paints: ClassVar[bool] = True
    """Whether it paints the class in use, in whose colour the ring then is."""
    uses_map: ClassVar[bool] = False
    """Whether it paints from the crack map, which is then shown clearly."""
    shows_tiles: ClassVar[bool] = False
    """Whether it works on the tile tags, whose layer is then shown with its grid."""
    feels_pressure: ClassVar[bool] = False
    """Whether a pen's pressure counts: it then gets the pen's own events, a drafting tool the mouse's made of them."""

    @property
    @abstractmethod
    def hint(self) -> str:
        """One line that says what the mouse does now."""

    def cursor(self, *, pressed: bool, ratio: float) -> QCursor | Qt.CursorShape:  # noqa: ARG002  the hand closes
        """The pointer, drawn for a screen of that ratio; the ring stands for its cross, or for all of it."""
        if self.is_marked:
            return marked_cursor(BINDINGS[self.key].icon, cross=not self.shows_ring, ratio=ratio)
        return Qt.CursorShape.BlankCursor

    @abstractmethod
    def press(self, easel: Easel, pointer: Pointer) -> None:
        """A drag begins."""

    @abstractmethod
    def move(self, easel: Easel, pointer: Pointer) -> None:
        """The drag goes on."""

    @abstractmethod
    def release(self, easel: Easel, pointer: Pointer) -> None:
        """The drag ends."""

    @abstractmethod
    def cancel(self, easel: Easel) -> None:
        """Take the drag, or the draft, back."""

    @property
    def draft(self) -> Draft | None:
        """What is drawn over the layers."""
        return None

    @property
    def is_drafting(self) -> bool:
        """Whether nodes wait for more."""
        return False

    @property
    def is_working(self) -> bool:
        """Whether something that was set down is still worked out off the thread."""
        return False

    def hover(self, easel: Easel, pointer: Pointer) -> None:  # noqa: B027  most tools draft nothing
        """The pointer moves with no button down."""

    def finish(self, easel: Easel) -> None:  # noqa: B027
        """Make the draft a step."""

    def leave(self, easel: Easel) -> None:
        """A person turns to another tool or image: what was set down so far becomes a step."""
        self.finish(easel)

    def double_click(self, easel: Easel) -> bool:
        """End the draft. False where there was none: then it is a press like any other."""
        was_drafting = self.is_drafting
        if was_drafting:
            self.finish(easel)
        return was_drafting

    def back(self, easel: Easel) -> None:  # noqa: B027
        """Take the last node back."""
