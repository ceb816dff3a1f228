"""What the canvas shows: one image, its crack maps, its mask and weights, as sheets in the order of the layers."""

from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtGui import QPainter, QRegion

from crackstudio.core.classes import CRACK, UNSURE, DefectClass
from crackstudio.core.errors import MaskError
from crackstudio.core.images import Tag
from crackstudio.imaging.depth import Native, Span
from crackstudio.imaging.patch import Area, Pixels
from crackstudio.studio.canvas.image_sheet import ImageSheet, Tones, tones_of
from crackstudio.studio.canvas.layers import Layer, LayerStack
from crackstudio.studio.canvas.map_sheet import MapSheet
from crackstudio.studio.canvas.mask_sheet import MaskSheet
from crackstudio.studio.canvas.palettes import (
    MaskPalette,
    heat_table,
    mask_palette,
    tile_palette,
    weight_table,
    width_table,
)
from crackstudio.studio.canvas.pyramid import ImagePyramid
from crackstudio.studio.canvas.regions import boxes_of
from crackstudio.studio.canvas.sheets import Sheet
from crackstudio.studio.canvas.tile_sheet import TileSheet
from crackstudio.studio.canvas.viewport import Box, Viewport
from crackstudio.studio.canvas.weights import LiveWeights
from crackstudio.studio.canvas.widths import LiveWidths
from crackstudio.studio.language import later, tr
from crackstudio.studio.mask_editor import Foresee, MaskEditor
from crackstudio.studio.tile_editor import TileEditor
from crackstudio.studio.words import class_name

_HINT = 0.35
"""What is left of the heat's opacity beside an edited mask."""
_TILE_WORDS = {
    Tag.CRACKED: later("tile cracked"),
    Tag.INTACT: later("tile intact"),
    Tag.UNKNOWN: later("tile without a tag"),
}


class Scene(QObject):
    """The contents of the canvas; it knows neither window nor tools."""

    spoiled = Signal(object)
    """These device pixels (a Box) look different now; all of them where it is None."""

    def __init__(self, layers: LayerStack, *, parent: QObject) -> None:
        super().__init__(parent)
        self.editor: MaskEditor | None = None
        self.proposal: Pixels | None = None
        self.previous: Pixels | None = None
        self.threshold = 0.5
        self.shows_previous = False
        self.peeks = False
        self._tool_uses_map = False
        self._heat_strength = 1.0
        self.weights = LiveWeights(self)
        self.weights.changed.connect(self._lay_weights)
        self.widths = LiveWidths(self)
        self.widths.changed.connect(self._lay_widths)
        self._layers = layers
        self._layers.changed.connect(self._restyle)
        self._classes: dict[int, DefectClass] = {CRACK.id: CRACK}
        self._hidden: Collection[int] = ()
        self.tones = Tones()
        self.tiles: TileEditor | None = None
        self._with_grid = False
        self._pyramid: ImagePyramid | None = None
        self._sheets: dict[Layer, Sheet] = {}
        self._view: Viewport | None = None
        self._line_width = 1

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width of the image, if there is one."""
        return None if self._pyramid is None else (self._pyramid.height, self._pyramid.width)

    @property
    def picture(self) -> Pixels | None:
        """The image, (H, W, 3) uint8 RGB, whatever its depth; made of what is cut out of it where it is deeper."""
        return None if self._pyramid is None else self._pyramid.picture

    def set_image(self, pyramid: ImagePyramid | None) -> None:
        """Show another image; the mask and the maps of the one before go with it."""
        self.set_editor(None)
        self.set_tiles(None)
        self.set_maps(proposal=None, previous=None)
        self._pyramid = pyramid
        self._lay(Layer.IMAGE, None if pyramid is None else ImageSheet(pyramid, tones=self.tones))

    def set_editor(self, editor: MaskEditor | None) -> None:
        """Show a mask and follow it. Raises `MaskError` where it is not of the image's size."""
        if editor is not None:
            self._check_size(editor.mask.height, editor.mask.width)
        if self.editor is not None:
            self.editor.mask_changed.disconnect(self._touch_mask)
            self.editor.state_changed.disconnect(self._settle_heat)
            self.editor.foreseers.remove(self._foreseeing)
        self.editor = editor
        if editor is not None:
            editor.mask_changed.connect(self._touch_mask)
            editor.state_changed.connect(self._settle_heat)
            editor.foreseers.append(self._foreseeing)
        self._lay(Layer.MASK, None if editor is None else self._mask_sheet(editor))
        self.weights.follow(editor)
        self.widths.follow(editor)
        self._settle_heat()

    def set_tiles(self, tiles: TileEditor | None) -> None:
        """Show tile tags and follow them."""
        if self.tiles is not None:
            self.tiles.tags_changed.disconnect(self._touch_tiles)
        self.tiles = tiles
        if tiles is not None:
            tiles.tags_changed.connect(self._touch_tiles)
        self._lay_tiles()

    def show_grid(self, shows: bool) -> None:
        """Whether the layer of tile tags shows the tiles without a tag too."""
        if shows != self._with_grid:
            self._with_grid = shows
            self._lay_tiles()

    def set_maps(self, *, proposal: Pixels | None, previous: Pixels | None) -> None:
        """Show crack maps, (H, W) uint8. Raises `MaskError` where one is not of the image's size."""
        for crack_map in (proposal, previous):
            if crack_map is not None:
                self._check_size(*crack_map.shape)
        self.proposal, self.previous = proposal, previous
        self._lay_heat()

    def show_previous(self, shows: bool) -> None:
        """Show the crack map before the last retrain in place of the present one."""
        self.shows_previous = shows
        self._lay_heat()
        self._settle_heat()

    def set_tool_uses_map(self, uses: bool) -> None:
        """Whether the tool in hand paints from the crack map: it is then shown clearly."""
        self._tool_uses_map = uses
        self._settle_heat()

    def set_threshold(self, threshold: float) -> None:
        """Only the colour table of the heat changes."""
        self.threshold = threshold
        self._restyle(Layer.HEAT)

    def set_classes(self, classes: Sequence[DefectClass], *, hidden: Collection[int] = ()) -> None:
        """Names and colours of the mask's classes; the pixels of those `hidden`, by id, are not drawn."""
        self._classes, self._hidden = {kind.id: kind for kind in classes}, hidden
        self._restyle(Layer.MASK)

    def set_tones(self, tones: Tones) -> None:
        """Show this and other images lighter, darker, flatter or steeper; no pixel of theirs changes."""
        self.tones = tones
        sheet = self._sheets.get(Layer.IMAGE)
        if isinstance(sheet, ImageSheet):
            sheet.set_tones(tones)
            self.spoiled.emit(None)

    def find_tones(self) -> Tones:
        """The tones in which the image uses the screen's whole range."""
        return Tones() if self._pyramid is None else tones_of(self._pyramid.sample())

    def range_of_tones(self) -> tuple[float, float]:
        """The image's values that are shown as black and as white."""
        return self.tones.range_of(Span() if self._pyramid is None else self._pyramid.span)

    def peek(self, hides_mask: bool) -> None:
        """Hide the mask for a moment."""
        self.peeks = hides_mask
        self.spoiled.emit(None)

    def look_through(self, view: Viewport, *, line_width: int) -> None:
        """Show the scene through another viewport."""
        self._view = view
        for sheet in self._sheets.values():
            sheet.look_through(view)
        for sheet in self._sheets.values():
            if line_width != self._line_width and isinstance(sheet, MaskSheet | TileSheet):
                sheet.set_line_width(line_width)
        self._line_width = line_width

    def draw(self, painter: QPainter, boxes: Iterable[Box]) -> None:
        """Draw the visible layers, bottom to top, in device pixels."""
        for layer in Layer:
            if layer in self._sheets and self._is_shown(layer):
                opacity = self._layers.look(Layer.IMAGE).opacity if layer is Layer.IMAGE else 1.0
                self._sheets[layer].draw(painter, boxes, opacity=opacity)

    @property
    def is_see_through(self) -> bool:
        """Whether the image lets the ground below it be seen."""
        look = self._layers.look(Layer.IMAGE)
        return not look.visible or look.opacity < 1

    def sheet(self, layer: Layer) -> Sheet | None:
        """The sheet of a layer, where it has something to show."""
        return self._sheets.get(layer)

    def words_at(self, x: int, y: int) -> str:
        """What lies at this pixel of the image: its colour, the crack map, the class."""
        if self._pyramid is None or not (0 <= y < self._pyramid.height and 0 <= x < self._pyramid.width):
            return ""
        words = [_value_words(self._pyramid.level(0)[y, x])]
        crack_map = self._shown_map()
        if crack_map is not None:
            words.append(tr("map {value:.2f}", value=crack_map[y, x] / 255))
        if self.widths.found is not None and self._is_shown(Layer.WIDTHS):
            words.append(self.widths.found.words_at(x, y))
        if self.editor is not None:
            value = int(self.editor.mask.region(y, x, 1, 1)[0, 0])
            if value:
                words.append(self._name_of(value))
        place = self.tiles.tags.place_at(x, y) if self.tiles is not None and self._is_shown(Layer.TILES) else None
        if self.tiles is not None and place is not None:
            words.append(tr(_TILE_WORDS[self.tiles.tags.tag_at(place)]))
        return " · ".join(filter(None, words))

    def _name_of(self, value: int) -> str:
        if value == UNSURE:
            return tr("unsure")
        return class_name(self._classes[value].name) if value in self._classes else tr("class {id}", id=value)

    def _check_size(self, height: int, width: int) -> None:
        if (height, width) != self.size:
            shown = "no image" if self.size is None else f"an image of {self.size[1]} x {self.size[0]} pixels"
            raise MaskError(f"A mask or crack map of {width} x {height} pixels does not fit {shown}; it is not shown.")

    def _is_shown(self, layer: Layer) -> bool:
        return self._layers.look(layer).visible and not (layer is Layer.MASK and self.peeks)

    def _shown_map(self) -> Pixels | None:
        return self.previous if self.shows_previous else self.proposal

    def _lay(self, layer: Layer, sheet: Sheet | None) -> None:
        self._sheets.pop(layer, None)
        if sheet is not None:
            self._sheets[layer] = sheet
            if self._view is not None:
                sheet.look_through(self._view)
        self.spoiled.emit(None)

    def _mask_sheet(self, editor: MaskEditor) -> MaskSheet:
        return MaskSheet(editor.mask, palette=self._palette(), line_width=self._line_width)

    def _foreseeing(self) -> Foresee:
        sheet = self._sheets[Layer.MASK]
        assert isinstance(sheet, MaskSheet)
        return sheet.foreseeing()

    def _lay_heat(self) -> None:
        self._lay_map(Layer.HEAT, self._shown_map())

    def _lay_weights(self) -> None:
        self._lay_map(Layer.WEIGHTS, self.weights.pixels)
        self._restyle(Layer.MASK)

    def _lay_widths(self) -> None:
        self._lay_map(Layer.WIDTHS, self.widths.found.pixels if self.widths.found else None)

    def _lay_map(self, layer: Layer, pixels: Pixels | None) -> None:
        self._lay(layer, None if pixels is None else MapSheet(pixels, table=self._table_of(layer)))

    def _touch_mask(self, rect: QRect) -> None:
        sheet = self._sheets[Layer.MASK]
        assert isinstance(sheet, MaskSheet)
        box = sheet.touch(Area(rect.top(), rect.left(), rect.height(), rect.width()))
        if not box.is_empty and self._is_shown(Layer.MASK):
            self.spoiled.emit(box)
        self._settle_heat()

    def _touch_tiles(self, where: QRegion) -> None:
        sheet = self._sheets.get(Layer.TILES)
        if not isinstance(sheet, TileSheet):
            return
        for left, top, width, height in boxes_of(where):
            box = sheet.touch(Area(top, left, height, width))
            if not box.is_empty:
                self.spoiled.emit(box)

    def _settle_heat(self) -> None:
        """Once a person paints, the mask is what counts: what the map would take becomes a hint, or an erased crack
        would seem to stay.
        """
        is_edited = self.editor is not None and (self.editor.touched or self.editor.is_stroking)
        is_hint = is_edited and not self._tool_uses_map and not self.shows_previous
        strength = _HINT if is_hint else 1.0
        if strength != self._heat_strength:
            self._heat_strength = strength
            self._restyle(Layer.HEAT)

    def _restyle(self, layer: Layer) -> None:
        sheet = self._sheets.get(layer)
        if isinstance(sheet, MaskSheet):
            sheet.set_palette(self._palette())
        elif isinstance(sheet, MapSheet):
            sheet.set_table(self._table_of(layer))
        if layer is Layer.WEIGHTS:
            self.weights.set_wanted(self._layers.look(layer).visible)
            self._restyle(Layer.MASK)
        if layer is Layer.TILES:
            self._lay_tiles()
        if layer is Layer.WIDTHS:
            self.widths.set_wanted(self._layers.look(layer).visible)
        if sheet is not None or layer is Layer.WIDTHS:  # which has words where it has no sheet
            self.spoiled.emit(None)

    def _palette(self) -> MaskPalette:
        look = self._layers.look(Layer.MASK)
        colours = {kind.id: kind.colour for kind in self._classes.values()}
        shows_weights = self._is_shown(Layer.WEIGHTS) and Layer.WEIGHTS in self._sheets
        return mask_palette(colours, opacity=look.opacity, is_filled=not shows_weights, hidden=self._hidden)

    def _lay_tiles(self) -> None:
        """Hidden it has no sheet, which panning would have to shift."""
        look = self._layers.look(Layer.TILES)
        palette = tile_palette(opacity=look.opacity, with_grid=self._with_grid)
        if self.tiles is not None and look.visible:
            self._lay(Layer.TILES, TileSheet(self.tiles, palette=palette, line_width=self._line_width))
        elif Layer.TILES in self._sheets:
            self._lay(Layer.TILES, None)

    def _table_of(self, layer: Layer) -> list[int]:
        look = self._layers.look(layer)
        if layer is Layer.WEIGHTS:
            return weight_table(opacity=look.opacity)
        if layer is Layer.WIDTHS:
            return width_table(opacity=look.opacity)
        opacity = look.opacity * self._heat_strength
        return heat_table(threshold=self.threshold, opacity=opacity, colour=look.colour or CRACK.colour)


def _value_words(value: Native) -> str:
    """One number for grey, three for colours, of the file's own depth."""
    parts = [f"{part:.5g}" if value.dtype.kind == "f" else f"{part}" for part in value.reshape(-1)]
    return " ".join(parts) if len(set(parts)) > 1 else parts[0]
