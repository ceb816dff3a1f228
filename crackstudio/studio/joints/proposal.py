"""Joins the panel of the proposal to what is being proposed, and to which of two proposals the canvas shows."""

from crackstudio.studio.language import tr
from crackstudio.studio.widgets.main_window import MainWindow


def join_proposal(window: MainWindow) -> None:
    """Where the proposal that is shown comes from, or that it is on its way."""
    session, panel = window.session, window.threshold_panel
    window.proposing.progressed.connect(lambda _done, _asked: panel.set_coming(_is_asked(window) or _is_read(window)))
    session.image_opened.connect(lambda _image: panel.set_coming(_is_asked(window)))
    session.proposal_changed.connect(lambda _image: panel.set_coming(_is_asked(window)))
    session.proposal_changed.connect(lambda _image: _show_before(window))
    window.actions["before_after"].toggled.connect(lambda _on: _show_before(window))


def _is_asked(window: MainWindow) -> bool:
    image = window.session.image
    return image is not None and window.proposing.awaits(image.id)


def _is_read(window: MainWindow) -> bool:
    """Whether the proposal that was on its way has come, and is not on the desk yet."""
    image, entry = window.session.image, window.session.entry
    has_come = image is not None and image.proposal is None and entry is not None and entry.proposed_by is not None
    return has_come and window.threshold_panel.is_coming


def _show_before(window: MainWindow) -> None:
    session, network = window.session, None
    if window.actions["before_after"].isChecked() and session.project is not None and session.image is not None:
        network = session.project.proposals.previous_network(session.image.id) or tr("an unknown network")
    window.threshold_panel.set_before(network)
