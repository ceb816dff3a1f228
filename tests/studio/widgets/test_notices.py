"""Notices come and go."""

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from crackstudio.studio.notice import Notice, Offer, Tone
from crackstudio.studio.widgets.notices import Notices


def test_notices_that_go_never_take_the_window_with_them(qtbot):
    """Once the layout was asked for its items, the studio crashed after some hundred notices."""
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(800, 600)
    over.show()
    notices = Notices(over)
    for number in range(1000):
        offer = Offer(words="Again", act=lambda: None)
        notices.show_notice(Notice(title="Oh", words="Why", tone=Tone.BAD, topic=f"{number % 3}", offers=(offer,)))
        assert len(notices.cards()) == min(number + 1, 3)
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert [QWidget() for _ in range(5)]  # something else lies where the ones before were


def test_a_notice_that_goes_makes_room(qtbot):
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(800, 600)
    over.show()
    notices = Notices(over)
    notices.show_notice(Notice(title="one", topic="one"))
    height = notices.height()
    notices.show_notice(Notice(title="two", topic="two"))
    assert notices.height() > height
    notices.settle("two")
    assert notices.height() == height
    notices.settle("one")
    assert notices.isHidden()
