"""Icons of the glyph font."""

from crackstudio.studio.icons import icon


def test_an_icon_and_its_engine_are_made_once_and_never_go(qapp):
    kept = icon("x", colour="muted").cacheKey()
    assert icon("x", colour="muted").cacheKey() == kept
    assert icon("x").cacheKey() != kept
