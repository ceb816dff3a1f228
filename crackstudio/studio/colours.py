"""Every colour of the studio, dark and light, and which of the two is in force."""

from dataclasses import dataclass

from PySide6.QtGui import QGuiApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """Every colour there is. From `ground` (behind the image) to `raised` (buttons) each step is a little nearer."""

    ground: str
    window: str
    panel: str
    raised: str
    hover: str
    border: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_text: str
    accent_soft: str
    on_accent: str
    good: str
    warning: str
    bad: str


DARK = Colours(
    ground="#0f1115",
    window="#15181e",
    panel="#1b1f27",
    raised="#262b36",
    hover="#303746",
    border="#2b313d",
    text="#dde2ec",
    muted="#929cb0",
    faint="#566074",
    accent="#3f7ff2",
    accent_text="#78a6ff",
    accent_soft="#1f3050",
    on_accent="#ffffff",
    good="#3fbf7f",
    warning="#e8a33d",
    bad="#f2606a",
)

LIGHT = Colours(
    ground="#dfe3ea",
    window="#eef0f4",
    panel="#fafbfc",
    raised="#e9ecf2",
    hover="#dde2eb",
    border="#d3d9e3",
    text="#1f2530",
    muted="#5d677a",
    faint="#a3acbb",
    accent="#2a6be0",
    accent_text="#1f5dcb",
    accent_soft="#dbe7fd",
    on_accent="#ffffff",
    good="#1f9a5f",
    warning="#b87712",
    bad="#d23f4b",
)

CURVES = (
    "#5b9bff",
    "#f2a65a",
    "#4cc38a",
    "#e56b9d",
    "#a88bf0",
    "#4fc4d6",
    "#d6c14f",
    "#9aa4b8",
    "#c77b4a",
    "#7fa650",
    "#d98cc4",
    "#5fa8a0",
    "#b0a1e6",
    "#e0857a",
)
"""Colours of curves, readable on both grounds."""


def colours_now() -> Colours:
    """The colours in force, told by the application's palette."""
    return DARK if QGuiApplication.palette().window().color().lightness() < 128 else LIGHT
