"""Joins what opens beside the window: the method form, the comparison, keys, palette, and the look."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog

from crackstudio.core.runs import RunSpec, Stock, choose_method
from crackstudio.project import rasters
from crackstudio.studio import telling
from crackstudio.studio.comparing import MOST_SHOWN, Compared, Comparison
from crackstudio.studio.fonts import can_write
from crackstudio.studio.language import LANGUAGES, joined, speak, tr
from crackstudio.studio.notice import Notice, Offer
from crackstudio.studio.own_keys import KeyMap
from crackstudio.studio.pictures import to_qimage
from crackstudio.studio.settings import Scheme
from crackstudio.studio.theme import Theme
from crackstudio.studio.widgets.command_palette import CommandPalette
from crackstudio.studio.widgets.comparison_view import PICTURE, ComparisonView
from crackstudio.studio.widgets.keys_editor import KeysEditor
from crackstudio.studio.widgets.keys_sheet import KeysSheet
from crackstudio.studio.widgets.main_window import MainWindow
from crackstudio.studio.widgets.method_form import MethodForm


def join_dialogs(window: MainWindow, *, theme: Theme | None) -> None:
    """Dialogs are made when they are asked for, never modal, and go when they are closed."""
    actions = window.actions
    actions["keys"].triggered.connect(lambda: _open_sheet(window))
    actions["change_keys"].triggered.connect(lambda: _open_editor(window))
    actions["palette"].triggered.connect(
        lambda: CommandPalette([action for action in actions.values() if action.isEnabled()], parent=window).open_over(
            window
        )
    )
    actions["retrain_form"].triggered.connect(lambda: open_form(window))
    window.succession.undecided.connect(lambda comparison: _offer_comparison(window, comparison))
    window.scheme_chosen.connect(lambda scheme: _choose_look(window, theme, scheme))
    window.language_chosen.connect(lambda code: _choose_language(window, code))


def open_form(window: MainWindow) -> None:
    """Retrain with settings; a notice while the engine has not told its methods yet."""
    if window.proposing.methods:
        window.retraining.prepare(done=lambda stock, starts: _show_form(window, stock, starts))
    else:
        window.session.tell(
            Notice(
                title=tr("The engine is still starting"),
                words=tr("Its methods are known in a moment."),
                topic="form",
                seconds=5,
            )
        )


def _show_form(window: MainWindow, stock: Stock, starts: dict[str, RunSpec]) -> None:
    form = MethodForm(window)
    chosen = choose_method(stock)[0]
    form.set_methods(
        window.proposing.methods,
        stock=stock,
        chosen=chosen,
        start_from={key: spec.start_from for key, spec in starts.items() if spec.start_from},
        classes=[kind.name for kind in window.classes.all()],
    )
    form.run_asked.connect(lambda spec: _run(window, spec))
    _open(form)


def _run(window: MainWindow, spec: RunSpec) -> None:
    window.retraining.retrain(spec)


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()


def _is_open(window: MainWindow, kind: type[QDialog]) -> bool:
    """Bring an open one to the front."""
    for dialog in window.findChildren(kind):
        if dialog.isVisible():
            dialog.raise_()
            dialog.activateWindow()
            return True
    return False


def _open_sheet(window: MainWindow) -> None:
    if _is_open(window, KeysSheet):
        return
    sheet = KeysSheet(keymap=window.keymap, parent=window)
    sheet.change_asked.connect(lambda: _open_editor(window))
    window.keymap_changed.connect(sheet.show_keymap)
    _open(sheet)


def _open_editor(window: MainWindow) -> None:
    if _is_open(window, KeysEditor):
        return
    editor = KeysEditor(keymap=window.keymap, parent=window)
    editor.keymap_changed.connect(lambda keymap: _use_keys(window, keymap))
    editor.preset_chosen.connect(lambda preset: _choose_preset(window, preset))
    window.keymap_changed.connect(editor.set_keymap)
    _open(editor)


def _use_keys(window: MainWindow, keymap: KeyMap) -> None:
    window.settings.keymap = keymap
    window.set_keymap(keymap)


def _choose_preset(window: MainWindow, preset: str) -> None:
    window.settings.preset = preset
    window.set_keymap(window.settings.keymap)


def _choose_look(window: MainWindow, theme: Theme | None, scheme: Scheme) -> None:
    window.settings.scheme = scheme
    if theme is not None:
        theme.choose(scheme)


def _choose_language(window: MainWindow, code: str) -> None:
    window.settings.language = code
    speak(code)
    if not can_write(code):
        window.session.tell(telling.no_font(LANGUAGES[code]))


def _offer_comparison(window: MainWindow, comparison: Comparison) -> None:
    few = _words(comparison)
    window.session.tell(
        Notice(
            title=tr("Is the new network better? You decide"),
            words=joined((few, tr("The network before stays in use until you choose.")), by=" "),
            topic="network",
            offers=(
                Offer(words=tr("Compare"), act=lambda: _open_comparison(window, comparison, few)),
                Offer(words=tr("Use the new one"), act=lambda: window.succession.use(comparison.new)),
                Offer(words=tr("Keep the old one"), act=lambda: None),
            ),
        )
    )


def _words(comparison: Comparison) -> str:
    if not comparison.judged:
        return tr("There are no validation masks to decide by.")
    return tr(
        "Only {count} validation {count:mask|masks} (crack IoU {before:.3f} before, {after:.3f} after): too few to "
        "decide by. A proposal that was accepted as it was speaks for the network that made it.",
        count=comparison.judged,
        before=comparison.before or 0,
        after=comparison.after or 0,
    )


def _open_comparison(window: MainWindow, comparison: Comparison, words: str) -> None:
    shown = comparison.images[:MOST_SHOWN]

    def show(rows: list[tuple[str, tuple[QImage, ...]]]) -> None:
        view = ComparisonView(old=comparison.old.label, new=comparison.new.label, words=words, rows=rows, parent=window)
        view.new_chosen.connect(lambda: window.succession.use(comparison.new))
        view.show()

    window.session.reading.submit(lambda: [(one.name, _pictures(one)) for one in shown], done=show)


def _pictures(one: Compared) -> tuple[QImage, ...]:
    images = (
        to_qimage(rasters.read_rgb8(one.image, page=one.page)),
        to_qimage(rasters.read_mask(one.before)),
        to_qimage(rasters.read_mask(one.after)),
    )
    mode = Qt.TransformationMode.SmoothTransformation
    return tuple(image.scaled(PICTURE, Qt.AspectRatioMode.KeepAspectRatio, mode) for image in images)
