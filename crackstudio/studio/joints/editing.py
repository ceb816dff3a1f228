"""Joins the canvas, its tools and the panels on the right to the open image."""

from collections.abc import Callable
from functools import partial

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QUndoStack
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit

from crackstudio.core.classes import BACKGROUND, UNSURE
from crackstudio.core.errors import CrackStudioError
from crackstudio.core.figures import MaskFigures
from crackstudio.core.images import MaskKind, Tag
from crackstudio.imaging.measuring import figures_of
from crackstudio.project.project import Project
from crackstudio.studio.canvas.layers import Layer
from crackstudio.studio.canvas.stage import ViewState
from crackstudio.studio.canvas.tools.tool import ToolKey
from crackstudio.studio.canvas.widths import MEASURED_PIXELS
from crackstudio.studio.language import joined, tr
from crackstudio.studio.mending import Mend
from crackstudio.studio.own_keys import native
from crackstudio.studio.session import LAST_IMAGE
from crackstudio.studio.shelf import OpenImage
from crackstudio.studio.thresholds import DEFAULT_THRESHOLD
from crackstudio.studio.widgets.action_set import title_of
from crackstudio.studio.widgets.bricks import show_tip
from crackstudio.studio.widgets.main_window import MainWindow

SHARE_MS = 250
NO_FLOOR = 0.0
_VIEW, _TOOL = "view", "tool"


def join_editing(window: MainWindow) -> None:
    """Everything that looks at, paints or reviews the open image."""
    Editing(window)
    _join_tools(window)
    _join_mending(window)
    _join_layers(window)
    _join_review(window)
    _join_view(window)


class Editing:
    """Shows the open image in canvas, panels and status line. Lives as long as the window's signals hold it."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._views: dict[int, ViewState] = {}
        self._shown: int | None = None
        self._share = QTimer(window, singleShot=True, interval=SHARE_MS)
        self._share.timeout.connect(self._count_share)
        session = window.session
        session.project_opened.connect(self._enter)
        session.work_ending.connect(window.canvas.finish_work)
        session.image_opened.connect(self._show_image)
        session.proposal_changed.connect(self._show_proposal)
        session.mask_edited.connect(self._show_state)
        window.mending.changed.connect(self._show_undo)
        session.entries_changed.connect(lambda _entries: self._show_entry())
        window.threshold_panel.threshold_changed.connect(self._set_threshold)
        window.image_panel.weighting_changed.connect(self._set_weighting)
        window.canvas.cursor_moved.connect(window.status.set_cursor)
        window.canvas.zoom_changed.connect(window.status.set_zoom)

    def _show_image(self, image: OpenImage | None) -> None:
        canvas = self._window.canvas
        self._keep_view()
        self._shown = image.id if image else None
        canvas.set_image(image.picture if image else None)
        if image is not None:
            canvas.set_editor(image.editor)
            canvas.set_tiles(image.tiles)
            if image.id in self._views:
                canvas.restore_view_state(self._views[image.id])
        self._window.image_list.set_current(self._shown)
        self._window.actions["before_after"].setChecked(False)
        self._show_proposal(image)
        self._show_state()

    def _enter(self, project: Project) -> None:
        """Tool and view of the last sitting; the view belongs to the image that was open then."""
        self._views.clear()
        kept = project.recall(LAST_IMAGE)
        entry = next((entry for entry in project.entries() if entry.name == kept), None) if kept else None
        view = project.recall(_VIEW)
        if entry is not None and view is not None:
            self._views[entry.id] = msgspec.convert(view, ViewState)
        tool = project.recall(_TOOL)
        if tool in set(ToolKey):
            self._window.actions[str(tool)].trigger()

    def _keep_view(self) -> None:
        canvas, project = self._window.canvas, self._window.session.project
        if self._shown is not None and canvas.view is not None and project is not None:
            self._views[self._shown] = canvas.view_state()
            project.remember(_VIEW, msgspec.to_builtins(self._views[self._shown]))
            project.remember(_TOOL, canvas.tool.value)

    def _show_proposal(self, image: OpenImage | None) -> None:
        window, proposal = self._window, image.proposal if image else None
        threshold = image.threshold if image else DEFAULT_THRESHOLD
        window.threshold_panel.set_proposal(
            origin=(proposal.made_by or tr("an unknown network")) if proposal else None,
            own=proposal.own_threshold if proposal else None,
            threshold=threshold,
        )
        window.threshold_panel.set_histogram(proposal.histogram if proposal else None)
        has_previous = image is not None and image.previous_map is not None
        window.actions["before_after"].setEnabled(has_previous)
        if image is None:
            return
        try:
            window.canvas.set_proposal(proposal.crack_map if proposal else None)
            window.canvas.set_previous_proposal(image.previous_map)
            window.canvas.threshold = threshold
        except CrackStudioError as error:
            window.session.tell_failure(error)

    def _show_state(self) -> None:
        image = self._window.session.image
        self._show_undo()
        self._show_entry()
        if not self._share.isActive():
            self._share.start()
        if image is not None and self._window.session.is_unsaved:
            self._window.status.set_unsaved()

    def _show_undo(self) -> None:
        """What is still being worked out can be undone as well: once it is there."""
        editor = self._window.session.image.editor if self._window.session.image else None
        is_busy = editor is not None and self._window.mending.is_busy(editor)
        for name, can in (("undo", QUndoStack.canUndo), ("redo", QUndoStack.canRedo)):
            self._window.actions[name].setEnabled(is_busy or (editor is not None and can(editor.undo_stack)))

    def _show_entry(self) -> None:
        session = self._window.session
        kind = session.image.editor.kind if session.image else MaskKind.EXACT
        self._window.image_panel.set_entry(session.entry, kind=kind)
        self._window.status.set_entry(session.entry)

    def _count_share(self) -> None:
        image = self._window.session.image
        panel = self._window.image_panel
        if image is None:
            panel.set_share(None)
            panel.set_measured(None)
            return
        snapshot = image.editor.snapshot()

        def count() -> tuple[float, MaskFigures | None]:
            counts, total = snapshot.counts(), snapshot.height * snapshot.width
            share = float(total - counts[BACKGROUND] - counts[UNSURE]) / total
            return share, figures_of(snapshot.to_array()) if total <= MEASURED_PIXELS else None

        def show(counted: tuple[float, MaskFigures | None]) -> None:
            panel.set_share(counted[0])
            panel.set_measured(counted[1])

        self._window.session.reading.submit(count, done=show, lane="share")

    def _set_threshold(self, threshold: float) -> None:
        self._window.session.set_threshold(threshold)
        self._window.canvas.threshold = threshold

    def _set_weighting(self, power: float, positive_weight: float) -> None:
        self._window.retraining.weighting = {"power": power, "positive_weight": positive_weight}
        self._window.canvas.set_weighting(power=power, positive_weight=positive_weight, floor=NO_FLOOR)


def _join_tools(window: MainWindow) -> None:
    canvas, actions = window.canvas, window.actions
    for tool in ToolKey:
        actions[tool.value].triggered.connect(lambda _checked, tool=tool: canvas.set_tool(tool))
    actions["swap"].triggered.connect(lambda _checked: _swapped(window).trigger())
    actions["smaller"].triggered.connect(canvas.smaller_brush)
    actions["larger"].triggered.connect(canvas.larger_brush)
    canvas.brush_size_changed.connect(window.tool_panel.set_size)
    canvas.tool_hint_changed.connect(window.tool_panel.set_hint)
    canvas.tool_hint_changed.connect(lambda _hint: window.tool_panel.show_tracing(canvas.tool is ToolKey.TRACE))
    window.tool_panel.darkness_changed.connect(lambda level: setattr(canvas, "dark_below", level))
    for told in (canvas.tool_hint_changed, window.session.proposal_changed, window.session.image_opened):
        told.connect(lambda _what: _offer_darkness(window))
    window.tool_panel.tracing_changed.connect(lambda on: setattr(canvas, "traces_by_brush", on))
    window.tool_panel.size_changed.connect(lambda size: setattr(canvas, "brush_size", size))
    canvas.message_given.connect(window.session.message_given)
    canvas.background.work_failed.connect(window.session.tell_failure)
    canvas.draws = window.mending.draw
    actions["undo"].triggered.connect(window.mending.undo)
    actions["redo"].triggered.connect(window.mending.redo)
    actions["take_proposal"].triggered.connect(window.reviewing.take_proposal)


def _offer_darkness(window: MainWindow) -> None:
    """The lasso goes by the picture where there is no proposal."""
    canvas = window.canvas
    window.tool_panel.show_darkness(canvas.tool is ToolKey.LASSO and canvas.proposal is None)


def _join_mending(window: MainWindow) -> None:
    for mend in Mend:
        window.actions[mend].triggered.connect(lambda _checked, mend=mend: _mend(window, mend))


def _mend(window: MainWindow, what: Mend) -> None:
    panel = window.mend_panel
    title = tr("{mend} ({size})", mend=title_of(what), size=panel.words_of(what))
    window.mending.mend(what, title=title, value=window.canvas.brush_value, size=panel.size_of(what))


def _swapped(window: MainWindow) -> QAction:
    return window.actions["erase" if window.canvas.tool is ToolKey.BRUSH else "brush"]


def _join_layers(window: MainWindow) -> None:
    layers, panel = window.canvas.layers, window.layers_panel
    panel.layer_changed.connect(
        lambda key, visible, opacity, colour: layers.set_look(
            Layer(key), visible=visible, opacity=opacity, colour=colour or None
        )
    )
    layers.changed.connect(
        lambda layer: panel.set_layer(
            layer.value, visible=layers.look(layer).visible, opacity=layers.look(layer).opacity
        )
    )


def _join_review(window: MainWindow) -> None:
    reviewing, panel, actions = window.reviewing, window.image_panel, window.actions
    for button, name in ((panel.accept, "accept"), (panel.nothing, "confirm_nothing"), (panel.flag, "flag")):
        show_tip(button, actions[name])
    panel.tag_chosen.connect(lambda tag: reviewing.set_tag(Tag(tag)))
    panel.kind_chosen.connect(lambda kind: _set_kind(window, MaskKind(kind)))
    panel.accept_pressed.connect(reviewing.accept)
    panel.nothing_pressed.connect(reviewing.confirm_nothing)
    panel.flag_pressed.connect(reviewing.toggle_flag)
    for name, act in (
        ("accept", reviewing.accept),
        ("confirm_nothing", reviewing.confirm_nothing),
        ("unconfirm", reviewing.take_confirmation_back),
    ):
        meant = partial(reviewing.by_key, name, act)
        actions[name].triggered.connect(lambda _checked=False, meant=meant: _unless_typing(window, meant))
    actions["flag"].triggered.connect(lambda _checked=False: reviewing.by_key("flag", reviewing.toggle_flag))
    for tag in Tag:
        act, name = partial(reviewing.set_tag, tag), f"tag_{tag.value}"
        actions[name].triggered.connect(lambda _checked=False, name=name, act=act: reviewing.by_key(name, act))


def _join_view(window: MainWindow) -> None:
    canvas, actions = window.canvas, window.actions
    actions["fit"].triggered.connect(canvas.fit)
    actions["actual_size"].triggered.connect(canvas.actual_size)
    actions["zoom_in"].triggered.connect(lambda: canvas.zoom_by(1.25))
    actions["zoom_out"].triggered.connect(lambda: canvas.zoom_by(0.8))
    actions["peek"].toggled.connect(canvas.peek)
    actions["before_after"].toggled.connect(lambda on: _show_before(window, on))


def _show_before(window: MainWindow, on: bool) -> None:
    window.canvas.show_previous = on
    keys = window.keymap.keys_of("before_after")
    words = tr("Before: what the network of then proposed.") if on else tr("After: the newest proposal.")
    if on and keys:
        words = joined((words, tr("{key} goes back.", key=native(keys[0]))), by=" ")
    window.session.message_given.emit(words)


def _set_kind(window: MainWindow, kind: MaskKind) -> None:
    """Region labels are looked at through their weights."""
    window.reviewing.set_kind(kind)
    window.canvas.layers.set_look(Layer.WEIGHTS, visible=kind is MaskKind.REGION)


def _unless_typing(window: MainWindow, act: Callable[[], None]) -> None:
    """Enter in a field of a panel ends the typing; it does not confirm the image."""
    if isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox):
        window.canvas.setFocus()
    else:
        act()
