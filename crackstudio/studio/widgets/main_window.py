"""The window: tool bar, list, canvas, panels, run monitor, status. It arranges widgets and knows nothing else."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeyEvent, QStatusTipEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QStackedWidget, QWidget

from crackstudio.studio.background import Background
from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.canvas.view import Canvas
from crackstudio.studio.classes import Classes
from crackstudio.studio.keymap import CLASS_KEYS, Group
from crackstudio.studio.language import LANGUAGES, language, later, show, tr
from crackstudio.studio.mending import Mend, Mending
from crackstudio.studio.own_keys import KeyMap, pressed_key
from crackstudio.studio.proposing import Proposing
from crackstudio.studio.retraining import Retraining
from crackstudio.studio.reviewing import Reviewing
from crackstudio.studio.session import Session
from crackstudio.studio.settings import Scheme, Settings
from crackstudio.studio.succession import Succession
from crackstudio.studio.thumbnails import Thumbnails
from crackstudio.studio.widgets.action_set import TOOLS, add_menu, fill_menus, make_actions, show_keys
from crackstudio.studio.widgets.bricks import Section
from crackstudio.studio.widgets.classes_panel import ClassesPanel
from crackstudio.studio.widgets.dock import Dock
from crackstudio.studio.widgets.image_list import ImageList
from crackstudio.studio.widgets.image_panel import ImagePanel
from crackstudio.studio.widgets.layers_panel import LayersPanel
from crackstudio.studio.widgets.mend_panel import MendPanel
from crackstudio.studio.widgets.notices import Notices
from crackstudio.studio.widgets.panel_column import PanelColumn
from crackstudio.studio.widgets.run_monitor.monitor import RunMonitor
from crackstudio.studio.widgets.start_page import StartPage
from crackstudio.studio.widgets.status_bar import StatusBar
from crackstudio.studio.widgets.threshold_panel import ThresholdPanel
from crackstudio.studio.widgets.tile_panel import TilePanel
from crackstudio.studio.widgets.tool_bar import MainToolBar
from crackstudio.studio.widgets.tool_panel import ToolPanel

_LAYER_TITLES = {
    Layer.IMAGE: later("Image"),
    Layer.HEAT: later("Proposal"),
    Layer.WEIGHTS: later("Weights"),
    Layer.MASK: later("Mask"),
    Layer.WIDTHS: later("Widths"),
    Layer.TILES: later("Tile tags"),
}
_NEEDS_PROJECT = (
    *TOOLS, *Mend, "next_class", "previous_class", "add_class", "rescan", "save", "export_measurements",
    "close_project", "swap", "smaller", "larger", "take_proposal", "previous", "next", "next_unreviewed",
    "tag_cracked", "tag_intact", "tag_unknown", "accept", "confirm_nothing", "flag", "unconfirm", "propose",
    "retrain", "retrain_form", "fit", "actual_size", "zoom_in", "zoom_out", "peek", "before_after",
)  # fmt: skip
_NEEDS_RUN = ("pause", "stop", "use_now", "copy_command", "record", "pin_probe")
_NEEDS_SHOWN_RUN = ("use_now", "copy_command", "record")
"""Of those, what a run that does not train will do for."""


class MainWindow(QMainWindow):
    """Every part is a public attribute; `actions` are by the names of the key map."""

    closing = Signal()
    """Everything is saved, or a person gave up what is not."""
    scheme_chosen = Signal(object)
    """`Scheme`."""
    language_chosen = Signal(str)
    """Its code."""
    keymap_changed = Signal(object)
    """`KeyMap`: the keys in force."""
    class_missed = Signal(int)
    """The key of a class was pressed that there is not, by its place in the list."""

    def __init__(
        self,
        *,
        session: Session,
        proposing: Proposing,
        retraining: Retraining,
        succession: Succession,
        reviewing: Reviewing,
        mending: Mending,
        classes: Classes,
        background: Background,
        settings: Settings,
    ) -> None:
        super().__init__()
        self.session, self.reviewing, self.mending, self.settings = session, reviewing, mending, settings
        self.classes = classes
        self._may_close = False
        """Everything is saved, or a person gave up what is not."""
        self.proposing, self.retraining, self.succession = proposing, retraining, succession
        self.setWindowTitle("CrackStudio")
        self.resize(1440, 900)
        self.canvas = Canvas()
        self.start_page = StartPage()
        self.image_list = ImageList()
        self.tool_panel = ToolPanel()
        self.tile_panel = TilePanel()
        self.classes_panel = ClassesPanel()
        self.layers_panel = LayersPanel()
        self.threshold_panel = ThresholdPanel()
        self.image_panel = ImagePanel()
        self.run_monitor = RunMonitor(background=background)
        self.status = StatusBar()
        self.actions: dict[str, QAction] = make_actions(self)  # type: ignore[assignment]
        self.menus = fill_menus(self, self.actions)
        self.tool_bar = MainToolBar(self.actions)
        self.mend_panel = MendPanel(self.actions)
        self.pages = QStackedWidget()
        self.thumbnails: Thumbnails | None = None
        self._peeking: int | None = None
        self.set_keymap(settings.keymap)
        self._arrange()
        self.notices = Notices(self.pages)
        self._fill_view_menu()
        self._restore()
        self.show_project(False)

    def show_project(self, is_open: bool) -> None:
        """The project's window, or the start page alone."""
        if not is_open and self.pages.currentWidget() is self.canvas:
            self.settings.docks = self.saveState()
        room = QSizePolicy.Policy.Ignored if is_open else QSizePolicy.Policy.Preferred
        self.start_page.setSizePolicy(room, room)  # where it is not seen it needs none
        self.pages.setCurrentWidget(self.canvas if is_open else self.start_page)
        self.tool_bar.setVisible(is_open)
        for name in _NEEDS_PROJECT:
            self.actions[name].setEnabled(is_open)
        for dock in self.docks:
            dock.setVisible(is_open and dock is not self.training_dock)
        self.status.setVisible(is_open)
        if is_open and not self.settings.docks.isEmpty():
            self.restoreState(self.settings.docks)
        self.show_running(False)

    def show_running(self, running: bool, *, any_run: bool = False) -> None:
        """Enable what needs a run; `any_run` when one is shown that does not train."""
        for name in _NEEDS_RUN:
            self.actions[name].setEnabled(running or (any_run and name in _NEEDS_SHOWN_RUN))
        for name in ("retrain", "retrain_form"):
            self.actions[name].setEnabled(not running and self.pages.currentWidget() is self.canvas)
        if not running:
            self.actions["pause"].setChecked(False)

    def set_keymap(self, keymap: KeyMap) -> None:
        """Use these keys from now on."""
        self.keymap = keymap
        in_force = keymap.in_force()
        self._peek_keys = in_force["peek"]
        self._class_keys = {key: number for number in CLASS_KEYS for key in in_force[f"class_{number}"]}
        show_keys(self.actions, keymap)
        self.keymap_changed.emit(keymap)

    def show_panel(self, panel: Section) -> None:
        """Bring one of the panels on the right in sight."""
        panel.unfold()
        self._scroll.ensureWidgetVisible(panel)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QStatusTipEvent):
            self.status.set_hint(event.tip())
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat() and pressed_key(event) in self._peek_keys:
            self._peeking = event.key()
            self.canvas.peek(True)
        elif pressed_key(event) in self._class_keys and self.session.project is not None:
            self.class_missed.emit(self._class_keys[pressed_key(event)])
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat() and event.key() == self._peeking:
            self._peeking = None
            self.canvas.peek(self.actions["peek"].isChecked())
        else:
            super().keyReleaseEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close:
            self.canvas.end_work()
            self.session.when_saved(self._close_for_good)
        if not self._may_close:
            event.ignore()
            return
        self.settings.geometry = self.saveGeometry()
        if self.pages.currentWidget() is self.canvas:
            self.settings.docks = self.saveState()
        self.settings.brush_size = self.canvas.brush_size
        self.settings.sync()
        self.hide()
        self.closing.emit()
        event.accept()

    def _close_for_good(self) -> None:
        self._may_close = True
        self.close()

    def _arrange(self) -> None:
        self.addToolBar(self.tool_bar)
        self.pages.addWidget(self.start_page)
        self.pages.addWidget(self.canvas)
        self.setCentralWidget(self.pages)
        self.setStatusBar(self.status)
        self.images_dock = Dock(tr("Images"), key="images_dock", content=self.image_list)
        self.panels_dock = Dock(tr("Tools"), key="panels_dock", content=self._panels())
        self.training_dock = Dock(
            tr("Training"), key="training_dock", content=self.run_monitor, head=self.run_monitor.header
        )
        self.docks = (self.images_dock, self.panels_dock, self.training_dock)
        left, right, bottom = (
            Qt.DockWidgetArea.LeftDockWidgetArea,
            Qt.DockWidgetArea.RightDockWidgetArea,
            Qt.DockWidgetArea.BottomDockWidgetArea,
        )
        for dock, area in zip(self.docks, (left, right, bottom), strict=True):
            self.addDockWidget(area, dock)
        self.resizeDocks([self.images_dock, self.panels_dock], [270, 290], Qt.Orientation.Horizontal)
        self.resizeDocks([self.training_dock], [300], Qt.Orientation.Vertical)

    def _panels(self) -> QWidget:
        for layer in reversed(Layer):
            look = self.canvas.layers.look(layer)
            self.layers_panel.add_layer(
                layer.value,
                title=tr(_LAYER_TITLES[layer]),
                visible=look.visible,
                opacity=look.opacity,
                colour=look.colour,
            )
        self._scroll = PanelColumn(
            (
                self.image_panel,
                self.threshold_panel,
                self.classes_panel,
                self.tool_panel,
                self.tile_panel,
                self.layers_panel,
                self.mend_panel,
            )
        )
        return self._scroll

    def _fill_view_menu(self) -> None:
        menu = self.menus[Group.VIEW]
        menu.addSeparator()
        for dock in self.docks:
            menu.addAction(dock.toggleViewAction())
        menu.addSeparator()
        looks = ((Scheme.SYSTEM, tr("As the system")), (Scheme.DARK, tr("Dark")), (Scheme.LIGHT, tr("Light")))
        self._offer(add_menu(menu, tr("Look")), "look", looks, chosen=self.settings.scheme, tell=self.scheme_chosen)
        languages = add_menu(menu, tr("Language"))
        self._offer(languages, "language", LANGUAGES.items(), chosen=language(), tell=self.language_chosen)

    def _offer(
        self, menu: QMenu, what: str, choices: Iterable[tuple[str, str]], *, chosen: str, tell: SignalInstance
    ) -> None:
        """One of several: (value, words); `tell` carries the value."""
        group = QActionGroup(self)
        for value, words in choices:
            action = menu.addAction("")
            show(action, text=words)
            action.setObjectName(f"{what}_{value}")
            action.setCheckable(True)
            action.setChecked(value == chosen)
            action.triggered.connect(lambda _checked, value=value: tell.emit(value))
            group.addAction(action)
            self.actions[action.objectName()] = action

    def _restore(self) -> None:
        if not self.settings.geometry.isEmpty():
            self.restoreGeometry(self.settings.geometry)
        self.canvas.brush_size = self.settings.brush_size
        self.tool_panel.set_size(self.canvas.brush_size)
        self.actions["brush"].setChecked(True)
        self.start_page.set_recents(self.settings.recents())
