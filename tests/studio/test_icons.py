"""Icons of the glyph font."""

import gc

from PySide6.QtGui import QIcon, QPixmap

from crackstudio.studio.icons import icon


def test_an_icon_and_its_engine_are_made_once_and_never_go(qapp):
    kept = icon("x", colour="muted").cacheKey()
    assert icon("x", colour="muted").cacheKey() == kept
    assert icon("x").cacheKey() != kept


def test_an_icon_that_is_given_a_picture_of_its_own_outlives_its_copies(qapp):
    """It clones its engine then, which crashed."""
    for _ in range(50):
        first = QIcon(icon("x"))
        first.addPixmap(QPixmap(8, 8))
        second = QIcon(first)
        second.addPixmap(QPixmap(9, 9))
        del first
        gc.collect()
        assert not second.pixmap(16, 16).isNull()
