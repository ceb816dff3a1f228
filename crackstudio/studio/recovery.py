"""What an earlier sitting could not save comes back, and one question asks whether it stays.

Nothing waits for the answer: the strokes are in the masks, and closing the question keeps them.
"""

from collections import deque
from functools import partial

from PySide6.QtCore import QObject

from crackstudio.studio.bringing_back import Brought, take_back
from crackstudio.studio.language import tr
from crackstudio.studio.notice import Notice, Offer
from crackstudio.studio.session import Session
from crackstudio.studio.shelf import OpenImage

LANE = "recovery"
MOST = 40
"""Images brought back at once, fewer than the desk keeps; strokes of the others come back when these are opened."""


class Recovery(QObject):
    """The open image's strokes come with it; those of other images once the folder is scanned."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._waiting: deque[int] = deque()
        self._back: dict[int, Brought] = {}
        """By image, what nobody has answered for."""
        self._is_news = self._is_scanned = self._is_fetching = False
        session.project_opened.connect(lambda _project: self._begin())
        session.image_opened.connect(self._take_open)
        session.scanned.connect(self._take_scan)

    def _begin(self) -> None:
        self._back.clear()
        self._waiting = deque(self._session.unsaved[:MOST])
        self._is_news = self._is_scanned = self._is_fetching = False

    def _take_open(self, image: OpenImage | None) -> None:
        if image is not None:
            self._take(image.id)
            self._go_on()

    def _take_scan(self) -> None:
        self._is_scanned = True
        self._go_on()

    def _go_on(self) -> None:
        """The open image goes first, and the others wait until it is known which of them are there."""
        if not self._is_fetching and self._is_scanned and self._session.image is not None:
            self._fetch_next()
        self._ask()

    def _fetch_next(self) -> None:
        desk, project = self._session.desk, self._session.project
        while desk is not None and project is not None and self._waiting:
            image = self._waiting.popleft()
            if desk.image(image) is None and project.entry(image).problem is None:
                self._is_fetching = True
                desk.fetch(image, done=partial(self._take_fetched, image), lane=LANE)
                return
            self._take(image)

    def _take_fetched(self, image: int) -> None:
        self._is_fetching = False
        self._take(image)
        self._fetch_next()
        if not self._is_fetching:
            self._ask()

    def _take(self, identity: int) -> None:
        image = self._session.desk.image(identity) if self._session.desk is not None else None
        if image is not None and image.brought is not None:
            self._back[identity], image.brought = image.brought, None
            self._is_news = True
        self._session.save_image(identity)

    def _ask(self) -> None:
        if self._is_news:
            self._is_news = False
            self._session.tell(self._question())

    def _question(self) -> Notice:
        count, images = sum(brought.strokes for brought in self._back.values()), len(self._back)
        title = tr("{count} unsaved {count:stroke|strokes} brought back: keep {count:it|them}?", count=count)
        if images > 1:
            title = tr(
                "{count} unsaved strokes in {images} images brought back: keep them?", count=count, images=images
            )
        offers = [
            Offer(words=tr("Keep them"), act=self._back.clear),
            Offer(words=tr("Take them back"), act=self._take_back),
        ]
        if list(self._back) != [self._session.image.id if self._session.image is not None else None]:
            offers.append(Offer(words=tr("Show me"), act=self._show_next))
        return Notice(
            title=title,
            words=tr("The studio ended before they were saved. They are in the mask again; closing this keeps them."),
            topic="recovery",
            offers=tuple(offers),
        )

    def _take_back(self) -> None:
        """Of images that the desk has let go meanwhile they stay."""
        back = dict(self._back)
        self._back.clear()
        desk = self._session.desk
        found = {image: desk.image(image) for image in back} if desk is not None else {}
        for identity, image in found.items():
            if image is not None:
                take_back(image.editor, back[identity])
                self._session.save_image(identity)
        taken = [identity for identity, image in found.items() if image is not None]
        if taken and (self._session.image is None or self._session.image.id not in taken):
            self._session.open_image(taken[0])
        self._session.message_given.emit(
            tr("Taken back in {count} {count:image|images}; undo brings the strokes again.", count=len(taken))
        )

    def _show_next(self) -> None:
        images = list(self._back)
        here = self._session.image.id if self._session.image is not None else None
        if images:
            self._is_news = True
            self._session.open_image(images[(images.index(here) + 1) % len(images) if here in images else 0])
