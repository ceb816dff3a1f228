"""Defect classes: what the values in a mask mean."""

import msgspec

BACKGROUND = 0
UNSURE = 255
"""Neither background nor defect: carries weight 0 in training and is not scored."""


class DefectClass(msgspec.Struct, frozen=True, kw_only=True):
    """One value of the mask: `id` in 1..254, a name and a colour as `#rrggbb`."""

    id: int
    name: str
    colour: str


UNSURE_COLOUR = "#e8e8e8"
CRACK = DefectClass(id=1, name="crack", colour="#ff3d71")
