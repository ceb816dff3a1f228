"""Joins the image list's selection to the batch: menu, keys, undo, progress."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QMouseEvent, QTabletEvent
from PySide6.QtWidgets import QMenu, QWidget

from crackstudio.studio.batch import Batch
from crackstudio.studio.language import later, tr
from crackstudio.studio.verbs import Verb
from crackstudio.studio.widgets.action_set import title_of
from crackstudio.studio.widgets.main_window import MainWindow

_VERBS = (
    (Verb.CRACKED, Verb.INTACT, Verb.UNKNOWN),
    (Verb.ACCEPT, Verb.NOTHING),
    (Verb.FLAG, Verb.UNCONFIRM),
)
_TITLES = {Verb.ACCEPT: later("Confirm"), Verb.FLAG: later("Flag for later, or take the flags off")}


def join_selecting(window: MainWindow, batch: Batch) -> None:
    """What is selected in the list is what the verbs are meant for, while it is more than one image."""
    images, reviewing = window.image_list, window.reviewing
    reviewing.many = lambda verb: _act_on_several(window, batch, verb)
    images.menu_asked.connect(lambda at: _open_menu(window, batch, at))
    images.stop_pressed.connect(batch.stop)
    images.view.can_undo = lambda: batch.can_undo
    images.view.undo_keys = window.actions["undo"].shortcuts
    images.view.undo_asked.connect(batch.undo)
    batch.progressed.connect(images.show_busy)
    batch.ended.connect(lambda: images.show_busy(""))
    window.canvas.installEventFilter(_HandOnCanvas(window))


class _HandOnCanvas(QObject):
    """A press on the canvas says that the open image alone is meant again."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window.canvas)
        self._window = window

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        presses = event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.TabletPress)
        if presses and isinstance(event, QMouseEvent | QTabletEvent) and event.button() != Qt.MouseButton.MiddleButton:
            self._window.image_list.select_open_only()
        return super().eventFilter(watched, event)


def _act_on_several(window: MainWindow, batch: Batch, verb: str) -> bool:
    if not window.image_list.has_several():
        return False
    batch.act(Verb(verb), window.image_list.selected())
    return True


def _open_menu(window: MainWindow, batch: Batch, at: QPoint) -> None:
    menu = make_menu(window, batch, parent=window.image_list)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(at)


def make_menu(window: MainWindow, batch: Batch, *, parent: QWidget) -> QMenu:
    """The verbs for what is selected, be it one image or many."""
    ids, menu = window.image_list.selected(), QMenu(parent)
    head = menu.addAction(tr("{count:,} {count:image|images}", count=len(ids)))
    head.setEnabled(False)
    for group in _VERBS:
        menu.addSeparator()
        for verb in group:
            known = window.actions[verb]
            keys = known.shortcut().toString() if len(ids) > 1 else ""
            title = tr(_TITLES[verb]) if verb in _TITLES else title_of(verb)
            action = menu.addAction(known.icon(), f"{title}\t{keys}" if keys else title)
            action.setObjectName(verb)
            action.setEnabled(bool(ids) and not batch.is_busy)
            action.triggered.connect(lambda _checked=False, verb=verb: batch.act(verb, ids))
    menu.addSeparator()
    undo = menu.addAction(window.actions["undo"].icon(), tr("Undo the last batch"))
    undo.setObjectName("undo_batch")
    undo.setEnabled(batch.can_undo)
    undo.triggered.connect(lambda _checked=False: batch.undo())
    menu.addAction(tr("Select all") + "\tCtrl+A", window.image_list.view.selectAll)
    return menu
