"""What the first stroke on a large image takes in is worked out while nobody waits for it."""

from PySide6.QtCore import QObject, QTimer

from crackstudio.core.classes import CRACK
from crackstudio.imaging.taking import Taken, take_ahead
from crackstudio.studio.session import Session
from crackstudio.studio.shelf import OpenImage

LARGE = 4_000_000
"""Pixels from which it pays: 4 ms; 144 million take 110."""
_REST_MS = 150
"""The threshold is let come to rest."""


class TakingAhead(QObject):
    """Follows the open image while it is untouched; what was worked out goes when it is not wanted any more."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._image: OpenImage | None = None
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._begin)
        session.image_opened.connect(self._change_image)
        session.proposal_changed.connect(self.look)
        session.mask_edited.connect(self.look)
        session.threshold_moved.connect(self.look)

    def look(self) -> None:
        """Something changed of what would be taken in."""
        self._rest.start()

    def _change_image(self, image: OpenImage | None) -> None:
        if self._image is not None and self._image is not image:
            self._image.editor.take_ahead(None)
        self._image = image
        self.look()

    def _begin(self) -> None:
        image = self._image
        if image is None or image.editor.is_stroking:
            return
        where = image.editor.to_take
        if where is None:
            image.editor.take_ahead(None)
        elif where.crack_map.size >= LARGE:
            self._session.reading.submit(
                lambda: take_ahead(where, value=CRACK.id),
                done=lambda taken: self._keep(image, taken),
                lane="take ahead",
            )

    def _keep(self, image: OpenImage, taken: Taken) -> None:
        if image is self._image:
            image.editor.take_ahead(taken)
