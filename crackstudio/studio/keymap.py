"""Every action of the studio and its keys, as data: menus, tool tips, the keys sheet and the palette come from here.

Titles and hints are English; who shows them says them in the language in force.
"""

from dataclasses import dataclass
from enum import StrEnum

from crackstudio.core.classes import UNSURE
from crackstudio.studio.language import tr


class Group(StrEnum):
    """The menu an action lives in, and its heading on the keys sheet."""

    FILE = "File"
    EDIT = "Edit"
    IMAGE = "Image"
    REVIEW = "Review"
    TRAIN = "Train"
    VIEW = "View"
    HELP = "Help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One action: `name` is its stable object name. `gap` draws a line above it in the menu, or in `submenu`.

    `held` acts as long as its key is down; `once` does not repeat while it is."""

    name: str
    title: str
    group: Group
    icon: str = ""
    hint: str = ""
    checkable: bool = False
    held: bool = False
    once: bool = False
    gap: bool = False
    submenu: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gesture:
    """What mouse and held keys do on the canvas and in the list; for the keys sheet only."""

    keys: str
    title: str


CLASS_KEYS = range(1, 10)

ACTIONS = (
    Binding(name="open", title="Open folder…", group=Group.FILE, icon="folder-open", hint="Open a folder of images"),
    Binding(
        name="open_demo", title="Open the demo", group=Group.FILE, icon="flask", hint="Drawn cracks to try the loop on"
    ),
    Binding(name="rescan", title="Look for new images", group=Group.FILE, icon="arrows-clockwise"),
    Binding(
        name="save",
        title="Save",
        group=Group.FILE,
        icon="floppy-disk",
        hint="Save the mask now (it also saves itself)",
        gap=True,
    ),
    Binding(
        name="export_measurements",
        title="Export measurements…",
        group=Group.FILE,
        icon="ruler",
        hint="Length, count and width of the cracks in all confirmed masks, as a table (CSV)",
    ),
    Binding(
        name="close_project",
        title="Close project",
        group=Group.FILE,
        icon="house-simple",
        hint="Back to the start page",
        gap=True,
    ),
    Binding(name="quit", title="Quit", group=Group.FILE, icon="sign-out"),
    Binding(name="undo", title="Undo", group=Group.EDIT, icon="arrow-u-up-left"),
    Binding(name="redo", title="Redo", group=Group.EDIT, icon="arrow-u-up-right"),
    Binding(
        name="brush",
        title="Brush",
        group=Group.EDIT,
        icon="paint-brush",
        checkable=True,
        gap=True,
        hint="Paint the mask; right-drag erases",
    ),
    Binding(name="erase", title="Eraser", group=Group.EDIT, icon="eraser", checkable=True),
    Binding(
        name="proposal_brush",
        title="Proposal brush",
        group=Group.EDIT,
        icon="magic-wand",
        checkable=True,
        hint="Paints only where the proposal is over the threshold",
    ),
    Binding(
        name="trace",
        title="Tracer",
        group=Group.EDIT,
        icon="path",
        checkable=True,
        hint="Click along a crack: the mask follows it",
    ),
    Binding(
        name="line",
        title="Line",
        group=Group.EDIT,
        icon="line-segment",
        checkable=True,
        hint="A straight line of the brush's width",
    ),
    Binding(
        name="polygon",
        title="Polygon",
        group=Group.EDIT,
        icon="polygon",
        checkable=True,
        hint="Corner by corner; with Ctrl it cuts a hole",
    ),
    Binding(
        name="fill",
        title="Fill",
        group=Group.EDIT,
        icon="paint-bucket",
        checkable=True,
        hint="Fills what hangs together, up to other classes",
    ),
    Binding(
        name="wand",
        title="Wand",
        group=Group.EDIT,
        icon="eyedropper",
        checkable=True,
        hint="Takes in what looks alike and hangs together",
    ),
    Binding(
        name="lasso",
        title="Lasso",
        group=Group.EDIT,
        icon="scribble-loop",
        checkable=True,
        hint="Takes in what the proposal holds inside an outline",
    ),
    Binding(
        name="tiles",
        title="Tile tags",
        group=Group.EDIT,
        icon="grid-four",
        checkable=True,
        hint="Sweep over tiles of a large image to tag them cracked; right-drag: intact",
    ),
    Binding(
        name="hand",
        title="Hand",
        group=Group.EDIT,
        icon="hand",
        checkable=True,
        hint="Drag the image; also Space held, or the middle button",
    ),
    Binding(name="swap", title="Swap brush and eraser", group=Group.EDIT),
    Binding(name="smaller", title="Smaller brush", group=Group.EDIT),
    Binding(name="larger", title="Larger brush", group=Group.EDIT),
    Binding(
        name="take_proposal",
        title="Take proposal again",
        group=Group.EDIT,
        gap=True,
        hint="The first class becomes the proposal at this threshold; other classes and unsure stay; undoable",
    ),
    Binding(
        name="fill_holes",
        title="Fill holes",
        group=Group.EDIT,
        once=True,
        gap=True,
        hint="Fills holes of the class in use, up to the size in the Mend panel",
    ),
    Binding(
        name="remove_specks",
        title="Remove specks",
        group=Group.EDIT,
        once=True,
        hint="Takes away pieces of the class in use that are smaller than the size in the Mend panel",
    ),
    Binding(
        name="bridge_gaps",
        title="Bridge gaps",
        group=Group.EDIT,
        once=True,
        hint="Joins ends of cracks that face each other, no farther apart than the Mend panel says",
    ),
    Binding(
        name="prune_spurs",
        title="Prune spurs",
        group=Group.EDIT,
        once=True,
        hint="Takes away side branches that are shorter than the Mend panel says",
    ),
    Binding(
        name="grow",
        title="Grow",
        group=Group.EDIT,
        once=True,
        hint="Widens the class in use by the width in the Mend panel",
    ),
    Binding(
        name="shrink",
        title="Shrink",
        group=Group.EDIT,
        once=True,
        hint="Narrows the class in use by the width in the Mend panel",
    ),
    *(
        Binding(
            name=f"class_{number}",
            title=tr("Class {number}", number=number),
            group=Group.EDIT,
            submenu="Class",
            checkable=True,
        )
        for number in CLASS_KEYS
    ),
    Binding(
        name=f"class_{UNSURE}",
        title="Unsure",
        group=Group.EDIT,
        submenu="Class",
        checkable=True,
        hint="What nobody can tell: it counts for nothing in training and scores",
    ),
    Binding(
        name="next_class",
        title="Next class",
        group=Group.EDIT,
        submenu="Class",
        gap=True,
        hint="The one below in the list, also those that have no key of their own",
    ),
    Binding(name="previous_class", title="Previous class", group=Group.EDIT, submenu="Class"),
    Binding(
        name="add_class",
        title="Add class",
        group=Group.EDIT,
        icon="plus",
        submenu="Class",
        gap=True,
        hint="One more kind of defect, with a name, a colour and a key",
    ),
    Binding(name="previous", title="Previous image", group=Group.IMAGE, icon="caret-left"),
    Binding(name="next", title="Next image", group=Group.IMAGE, icon="caret-right"),
    Binding(name="next_unreviewed", title="Next unreviewed", group=Group.IMAGE, icon="skip-forward"),
    Binding(name="tag_cracked", title="Tag: cracked", group=Group.IMAGE, gap=True),
    Binding(name="tag_intact", title="Tag: intact", group=Group.IMAGE),
    Binding(name="tag_unknown", title="Tag: unknown", group=Group.IMAGE),
    Binding(
        name="accept",
        title="Accept and go on",
        group=Group.REVIEW,
        icon="check",
        once=True,
        hint="Confirm the mask (an untouched one takes the proposal), then the next image",
    ),
    Binding(
        name="confirm_nothing",
        title="Confirm: nothing here",
        group=Group.REVIEW,
        icon="prohibit",
        once=True,
        hint="Empties the mask (undoable), tags the image intact, confirms",
    ),
    Binding(name="flag", title="Flag for later", group=Group.REVIEW, icon="flag"),
    Binding(name="unconfirm", title="Take confirmation back", group=Group.REVIEW),
    Binding(
        name="propose",
        title="Propose",
        group=Group.TRAIN,
        icon="sparkle",
        hint="Let the network in use propose masks: this image first, then the others",
    ),
    Binding(
        name="retrain",
        title="Retrain",
        group=Group.TRAIN,
        icon="arrows-clockwise",
        hint="Learn from what is confirmed; painting goes on",
        gap=True,
    ),
    Binding(name="retrain_form", title="Retrain with settings…", group=Group.TRAIN, icon="sliders-horizontal"),
    Binding(
        name="pause",
        title="Pause",
        group=Group.TRAIN,
        icon="pause",
        checkable=True,
        once=True,
        hint="Hold the run after this step",
    ),
    Binding(
        name="stop",
        title="Stop",
        group=Group.TRAIN,
        icon="stop",
        hint="End the run after this step; what it learnt is kept",
    ),
    Binding(
        name="use_now",
        title="Use this network now",
        group=Group.TRAIN,
        icon="check-circle",
        gap=True,
        hint="Propose with the run's best network so far",
    ),
    Binding(
        name="pin_probe",
        title="Pin this image as a probe",
        group=Group.TRAIN,
        icon="push-pin",
        hint="Previews of it follow in the running training",
    ),
    Binding(
        name="copy_command",
        title="Copy command",
        group=Group.TRAIN,
        icon="terminal",
        hint="The line that repeats the run without the window",
    ),
    Binding(
        name="record",
        title="Open the run's record",
        group=Group.TRAIN,
        icon="notebook",
        hint="A page with all a lab would keep of the run; what you write lies in its notes.txt",
    ),
    Binding(name="fit", title="Fit image", group=Group.VIEW, icon="corners-out"),
    Binding(name="actual_size", title="100 %", group=Group.VIEW),
    Binding(name="zoom_in", title="Zoom in", group=Group.VIEW, icon="magnifying-glass-plus"),
    Binding(name="zoom_out", title="Zoom out", group=Group.VIEW, icon="magnifying-glass-minus"),
    Binding(
        name="peek",
        title="Hide mask (hold the key)",
        group=Group.VIEW,
        icon="eye-slash",
        checkable=True,
        held=True,
        gap=True,
    ),
    Binding(
        name="before_after",
        title="Proposal before the last retrain",
        group=Group.VIEW,
        icon="circle-half",
        checkable=True,
        once=True,
        hint="Before / after: show the proposal of the network before",
    ),
    Binding(
        name="mini_map",
        title="Mini map",
        group=Group.VIEW,
        icon="map-trifold",
        checkable=True,
        hint="The whole image small, where it is larger than the view",
    ),
    Binding(name="keys", title="Keys", group=Group.HELP, icon="keyboard"),
    Binding(
        name="change_keys",
        title="Change keys…",
        group=Group.HELP,
        icon="sliders-horizontal",
        hint="Presets of other tools, and keys of your own",
    ),
    Binding(name="palette", title="Command palette", group=Group.HELP, icon="command"),
)

BINDINGS = {binding.name: binding for binding in ACTIONS}

GESTURES = (
    Gesture(keys="Wheel, Ctrl+wheel", title="zoom at the cursor"),
    Gesture(keys="Space held, middle drag", title="drag the image"),
    Gesture(keys="Right drag, Ctrl+drag", title="erase for a moment"),
    Gesture(keys="Click, click with the line tool", title="a straight line; Enter ends it, Esc takes it back"),
    Gesture(keys="Left, right drag with the tile tool", title="tiles cracked, intact; Shift: a rectangle, Alt: no tag"),
    Gesture(keys="Shift+wheel", title="brush size"),
    Gesture(keys="Alt+wheel", title="mask opacity"),
    Gesture(keys="Shift, Ctrl+click", title="select several images in the list"),
)
