"""The tool bar: open and save, tools, undo, propose and retrain, and on the right the network and the device in use."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from crackstudio.core.runs import MethodCard
from crackstudio.studio.icons import icon
from crackstudio.studio.language import follow, heard, say, show, tr
from crackstudio.studio.widgets.action_set import CLASSES, title_of
from crackstudio.studio.words import network_name

_CHIP_HEIGHT, _CHIP_WIDTH = 24, 240
_CLASS_WIDTH, _CLASS_NAME = 124, 72
"""The whole button, and the name in it: a longer one moves no other button."""
_CLASS = "class"
_LEFT = (
    "open",
    "save",
    "",
    "brush",
    "erase",
    "proposal_brush",
    "trace",
    "line",
    "polygon",
    "fill",
    "wand",
    "lasso",
    "tiles",
    "hand",
    "",
    _CLASS,
    "",
    "undo",
    "redo",
    "",
    "previous",
    "next",
    "",
)


class MainToolBar(QToolBar):
    """`method_chosen` carries a method key from Retrain's menu; empty for the automatic choice."""

    method_chosen = Signal(str)

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__()
        say(self, windowTitle="Tools")
        self.setObjectName("tool_bar")
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self._actions = actions
        for name in _LEFT:
            if name == _CLASS:
                self.paints = self._class_button()
            elif name:
                self.addAction(actions[name])
            else:
                self.addSeparator()
        self.propose = self._wide(actions["propose"])
        self.retrain = self._wide(actions["retrain"])
        self._dress_retrain()
        self.addAction(actions["pause"])
        self.addAction(actions["stop"])
        room = QWidget()
        room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(room)
        self.progress, self._progress_place = self._chip(tr("What the proposer is doing"))
        self.network, self._network_place = self._chip(tr("The network that proposes"))
        self.device, self._device_place = self._chip(tr("Where networks run"))
        self.set_device("", hint="")
        self.set_network(None)
        self.set_progress(0, 0)
        follow(self.network, self._name_network)
        for button in self.findChildren(QToolButton):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_methods(self, cards: Sequence[MethodCard], *, words: str) -> None:
        """Fill Retrain's menu; `words` say what the automatic choice is."""
        menu = self.retrain.menu()
        menu.clear()
        automatic = menu.addAction(icon("sparkle"), "")
        say(automatic, text=tr("Automatic: {words}", words=heard(words)) if words else tr("Automatic"))
        automatic.triggered.connect(lambda: self.method_chosen.emit(""))
        menu.addSeparator()
        for card in cards:
            chosen = menu.addAction("")
            say(chosen, text=card.title, toolTip=card.summary)
            chosen.triggered.connect(lambda _checked, key=card.key: self.method_chosen.emit(key))
        if cards:
            menu.addSeparator()
        menu.addAction(self._actions["retrain_form"])

    def set_device(self, device: str, *, hint: str) -> None:
        """Show where networks run; `hint` mends an unused GPU."""
        self._device_place.setVisible(bool(device))
        show(self.device, text=tr("{device} !", device=heard(device)) if hint else heard(device))
        show(self.device, toolTip=heard(hint) if hint else tr("Where networks run"))

    def set_class(self, name: str, *, icon: QIcon) -> None:
        """Show the class in use."""
        self.paints.setIcon(icon)
        mode = Qt.TextElideMode.ElideRight
        self.paints.setText(" " + self.paints.fontMetrics().elidedText(name, mode, _CLASS_NAME))
        show(self.paints, toolTip=tr("The class that is painted: {name}", name=name))

    def set_network(self, label: str | None) -> None:
        """Show the network in use."""
        self._network_place.setVisible(label is not None)
        self._label = label or ""
        say(self.network, toolTip=tr("The network that proposes: {name}", name=network_name(self._label)))
        self._name_network()

    def _name_network(self) -> None:
        name, mode = network_name(self._label), Qt.TextElideMode.ElideRight
        self.network.setText(self.network.fontMetrics().elidedText(name, mode, _CHIP_WIDTH - 24))

    def set_progress(self, done: int, asked: int) -> None:
        """Show how far the proposals are."""
        self._progress_place.setVisible(asked > 0)
        say(self.progress, text=tr("Proposing {done:,} of {asked:,}", done=done, asked=asked))

    def _class_button(self) -> QToolButton:
        button = QToolButton()
        button.setObjectName("button_class")
        button.setFixedWidth(_CLASS_WIDTH)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setProperty("wide", True)
        menu = QMenu(button)
        for name in (*CLASSES, "add_class"):
            menu.addAction(self._actions[name])
        button.setMenu(menu)
        self.addWidget(button)
        return button

    def _wide(self, action: QAction) -> QToolButton:
        say(action, iconText=tr(" {words}", words=title_of(action.objectName())))  # a breath between icon and word
        button = QToolButton()
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setProperty("wide", True)
        button.setObjectName(f"button_{action.objectName()}")
        self.addWidget(button)
        return button

    def _dress_retrain(self) -> None:
        self._actions["retrain"].setIcon(icon("arrows-clockwise", colour="on_accent"))
        menu = QMenu(self.retrain)
        menu.setToolTipsVisible(True)
        menu.addAction(self._actions["retrain_form"])
        self.retrain.setMenu(menu)
        self.retrain.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.retrain.setProperty("primary", True)

    def _chip(self, tip: str) -> tuple[QLabel, QAction]:
        chip = QLabel()
        chip.setObjectName("chip")
        chip.setFixedHeight(_CHIP_HEIGHT)
        chip.setMaximumWidth(_CHIP_WIDTH)
        say(chip, toolTip=tip)
        return chip, self.addWidget(chip)
