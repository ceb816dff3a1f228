"""Defect classes: what the values in a mask mean."""

from typing import Annotated

import msgspec

BACKGROUND = 0
UNSURE = 255
"""Neither background nor defect: carries weight 0 in training and is not scored."""
LONGEST_NAME = 40


class DefectClass(msgspec.Struct, frozen=True, kw_only=True):
    """One value of the mask: `id` in 1..254, a name and a colour as `#rrggbb`."""

    id: Annotated[int, msgspec.Meta(ge=1, le=254)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
    colour: Annotated[str, msgspec.Meta(pattern="^#[0-9a-fA-F]{6}$")]


UNSURE_COLOUR = "#e8e8e8"
CRACK = DefectClass(id=1, name="crack", colour="#ff3d71")
"""Every project has it: proposals are taken in as this class, whatever it is called."""
COLOURS = (
    CRACK.colour,
    "#2ec4ff",
    "#7be04b",
    "#ff9f1c",
    "#b388ff",
    "#00d1b2",
    "#ff6bd6",
    "#5c7cff",
    "#c9a26b",
    "#d7e34a",
)
"""For new classes, told apart on grey ground; they come round again."""
