"""Joins the tile tags of the open image to canvas, panel and project."""

from PySide6.QtCore import QObject

from crackstudio.core.images import Tag
from crackstudio.project.project import Project
from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.language import tr
from crackstudio.studio.shelf import OpenImage
from crackstudio.studio.tile_editor import TileEditor
from crackstudio.studio.widgets.main_window import MainWindow


def join_tiling(window: MainWindow) -> None:
    """The grid, its panel, and the side of tiles, which goes with the project."""
    Tiling(window)


class Tiling(QObject):
    """While the tile tool is in hand its layer and its panel are shown, and those of the brush are not."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._is_in_hand = False
        self._was_shown = False
        self._tiles: TileEditor | None = None
        panel = window.tile_panel
        window.session.project_opened.connect(self._enter)
        window.session.image_opened.connect(self._show_image)
        window.canvas.tool_hint_changed.connect(self._follow_tool)
        panel.side_changed.connect(self._choose_side)
        panel.rest_pressed.connect(self._tag_rest)
        panel.clear_pressed.connect(self._clear)

    def _enter(self, project: Project) -> None:
        self._window.tile_panel.set_side(project.tiles.side)

    def _show_image(self, image: OpenImage | None) -> None:
        if self._tiles is not None:
            self._tiles.tags_changed.disconnect(self._follow_tags)
        self._tiles = image.tiles if image is not None else None
        project = self._window.session.project
        if self._tiles is not None and project is not None:
            self._tiles.use_side(project.tiles.side)
            self._tiles.tags_changed.connect(self._follow_tags)
        self._show_tags()

    def _show_tags(self) -> None:
        if self._is_in_hand:
            self._window.tile_panel.set_tags(self._tiles.tags if self._tiles is not None else None)

    def _follow_tags(self) -> None:
        """Undo with another tool in hand may change what nobody sees: then it is said."""
        if self._is_in_hand:
            self._show_tags()
        elif self._tiles is not None:
            counts = {tag.value: self._tiles.tags.count(tag) for tag in (Tag.CRACKED, Tag.INTACT)}
            words = tr("Tile tags: {cracked:,} cracked, {intact:,} intact", **counts)
            self._window.session.message_given.emit(words)

    def _choose_side(self, side: int) -> None:
        project = self._window.session.project
        if project is not None:
            project.tiles.choose_side(side)
        if self._tiles is not None:
            self._tiles.use_side(side)
        self._show_tags()

    def _tag_rest(self) -> None:
        if self._tiles is not None:
            self._tiles.tag_rest(Tag.INTACT)

    def _clear(self) -> None:
        if self._tiles is not None:
            self._tiles.clear()

    def _follow_tool(self, hint: str) -> None:
        canvas, layers = self._window.canvas, self._window.canvas.layers
        in_hand = canvas.tool is ToolKey.TILES
        for brush_panel in (self._window.tool_panel, self._window.classes_panel):
            brush_panel.setVisible(not in_hand)
        self._window.tile_panel.setVisible(in_hand)
        self._window.tile_panel.set_hint(hint)
        if in_hand and not self._is_in_hand:
            self._was_shown = layers.look(Layer.TILES).visible
            layers.set_look(Layer.TILES, visible=True)
        elif self._is_in_hand and not in_hand:
            layers.set_look(Layer.TILES, visible=self._was_shown)
        self._is_in_hand = in_hand
        self._show_tags()
