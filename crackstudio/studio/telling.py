"""What the session says when something went wrong, or well: what happened, what was kept, what to do."""

import errno
import traceback
from collections.abc import Callable, Sequence

from PySide6.QtGui import QGuiApplication

from crackstudio.core.errors import CrackStudioError, NewerProjectError, ProjectLockedError
from crackstudio.project.project import Unwritten
from crackstudio.studio.engine_link import Ending, Outcome
from crackstudio.studio.language import heard, joined, tr
from crackstudio.studio.notice import Notice, Offer, Tone

Act = Callable[[], None]

_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}
"""No room, or no permission."""


def failure(error: Exception) -> Notice:
    """The default way of a failure: in its own words, or the disk's, or as a fault of the studio."""
    kept = tr("Nothing was lost; the masks on disk are as they were.")
    if isinstance(error, CrackStudioError):
        title, words = _split(str(error))
        return Notice(title=title, words=words or kept, tone=Tone.BAD, topic=f"failure {error}")
    if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
        return Notice(
            title=tr("The disk refused: {why}", why=heard(error.strerror or str(error))),
            words=joined((kept, tr("Free some space or give the permission back, then try again.")), by=" "),
            tone=Tone.BAD,
            topic=f"failure {error}",
        )
    details = "".join(traceback.format_exception(error))
    return Notice(
        title=tr("A fault in CrackStudio: {error}", error=f"{type(error).__name__}: {error}"),
        words=kept + tr(" Please report it with its details."),
        tone=Tone.BAD,
        offers=(Offer(words=tr("Copy details"), act=lambda: QGuiApplication.clipboard().setText(details)),),
        topic=f"failure {error}",
    )


def report(words: str) -> Notice:
    """What the project says of its disk."""
    title, rest = _split(words)
    return Notice(title=title, words=rest, tone=Tone.WARNING, topic=f"report {title}")


def open_failed(error: Exception, *, again: Act) -> Notice:
    """A folder could not be opened."""
    title, words = _split(str(error))
    hopeless = isinstance(error, ProjectLockedError | NewerProjectError)
    offers = () if hopeless else (Offer(words=tr("Try again"), act=again),)
    return Notice(title=title, words=words, tone=Tone.BAD, topic="open", offers=offers)


def image_failed(error: Exception, *, skip: Act) -> Notice:
    """An image could not be opened."""
    title, words = _split(str(error))
    return Notice(
        title=title,
        words=words or tr("The image that was open stays open."),
        tone=Tone.WARNING,
        topic="image",
        offers=(Offer(words=tr("Next image"), act=skip),),
    )


def not_saved(error: str, *, again: Act) -> Notice:
    """The disk does not take a mask, or strokes, tags and reviews."""
    return Notice(
        title=tr("What was painted could not be saved"),
        words=joined((heard(error), tr("It is tried again by itself, too.")), by=" "),
        tone=Tone.BAD,
        topic="save",
        offers=(Offer(words=tr("Save again"), act=again),),
    )


def saved_again() -> Notice:
    """The disk takes everything again."""
    return Notice(title=tr("Everything is saved again"), tone=Tone.GOOD, topic="save", covers=("close",), seconds=8)


def not_closed(error: Exception, *, again: Act, anyway: Act) -> Notice:
    """Closing was asked for, and not everything could be saved."""
    return Notice(
        title=tr("Not closed: not everything could be saved"),
        words=tr(
            "{error} Nothing is lost while this stays open, and saving is tried again. Closing without saving drops "
            "what is not on disk.",
            error=heard(str(error)),
        ),
        tone=Tone.BAD,
        topic="close",
        covers=("save", "wait"),
        offers=(Offer(words=tr("Save again"), act=again), Offer(words=tr("Close without saving"), act=anyway)),
    )


def still_saving(loss: Unwritten, *, stay: Act, anyway: Act) -> Notice:
    """Closing was asked for, and the disk takes its time; `loss` is what closing now would cost."""
    return Notice(
        title=tr("Saving before closing…"),
        words=joined((tr("It closes by itself when everything is on disk."), _cost(loss)), by=" "),
        tone=Tone.PLAIN if loss.is_whole else Tone.WARNING,
        topic="wait",
        offers=(Offer(words=tr("Stay open"), act=stay), Offer(words=tr("Close at once"), act=anyway)),
    )


def _cost(loss: Unwritten) -> str:
    if loss.is_whole:
        return tr(
            "Closing at once loses nothing: what was painted since the last save is kept with the project and comes "
            "back at the next opening."
        )
    if loss.steps:
        return tr(
            "The disk does not answer. Closing at once loses the last {count:,} {count:step|steps} of painting, and "
            "tags and reviews of the last moments.",
            count=loss.steps,
        )
    return tr(
        "The disk does not answer. Closing at once may lose tags and reviews of the last moments; what was painted is "
        "kept with the project and comes back at the next opening."
    )


def still_closing(*, anyway: Act) -> Notice:
    """Another folder was asked for, and the one before is still being closed."""
    return Notice(
        title=tr("The project before is still being closed"),
        words=tr("Everything in it is saved; only its backup is not written yet. The next one opens after it."),
        topic="wait",
        offers=(Offer(words=tr("Do not wait"), act=anyway),),
    )


def interrupted(method: str, step: int, *, resume: Act) -> Notice:
    """A run whose engine vanished in an earlier sitting."""
    return Notice(
        title=tr("A run of {method} was interrupted at step {step:,}", method=method, step=step),
        words=tr("What it had saved is kept. It can go on from there, or stay as it is in the list of runs."),
        topic="run",
        offers=(Offer(words=tr("Go on training"), act=resume), Offer(words=tr("Leave it"), act=lambda: None)),
    )


def missing(needs: Sequence[str]) -> Notice:
    """A method needs more than there is."""
    return Notice(
        title=tr("Not enough to learn from yet"),
        words=joined([*map(heard, needs), tr("Tag images as cracked or intact, or confirm masks.")], by=" "),
        tone=Tone.WARNING,
        topic="retrain",
    )


def second_run() -> Notice:
    """One run at a time."""
    return Notice(
        title=tr("A run is training already"),
        words=tr("Stop it first (what it learnt is kept), or wait until it is done."),
        topic="second run",
        seconds=8,
    )


def run_failed(outcome: Outcome, *, resume: Act, use: Act | None) -> Notice:
    """A run ended badly; `use` takes its best network, where it has one."""
    offers = [Offer(words=tr("Go on from its last state"), act=resume)]
    if use is not None:
        offers.append(Offer(words=tr("Use its best network"), act=use))
    return Notice(
        title=tr("The run failed") if outcome.ending is Ending.FAILED else tr("The training engine has died"),
        words=tr("{why} Masks, strokes and what the run had saved are kept; the log says more.", why=outcome.words()),
        tone=Tone.BAD,
        topic="run",
        offers=tuple(offers),
    )


def silent_run(*, restart: Act, end: Act) -> Notice:
    """A run has said nothing for long."""
    return Notice(
        title=tr("The training engine has been silent for a while"),
        words=tr(
            "It may be working on something long. You can wait, restart it where the run was saved last, or end it; "
            "what it saved is kept."
        ),
        tone=Tone.WARNING,
        topic="silent run",
        offers=(Offer(words=tr("Restart it"), act=restart), Offer(words=tr("End it"), act=end)),
    )


def silent_proposer(waiting: int, *, restart: Act) -> Notice:
    """The proposing engine has said nothing for long."""
    words = tr("It may be at a very large image. You can wait, or restart it.")
    if waiting:
        words = tr(
            "It may be at a very large image. You can wait, or restart it: it goes on with the {count:,} "
            "{count:image that waits|images that wait}.",
            count=waiting,
        )
    return Notice(
        title=tr("The proposing engine has been silent for a while"),
        words=words,
        tone=Tone.WARNING,
        topic="silent proposer",
        offers=(Offer(words=tr("Restart it"), act=restart),),
    )


def not_proposed(name: str, why: str, *, others: int, goes_on: bool) -> Notice:
    """An image could not be proposed, and `others` of the same queue before it."""
    title = tr("{name} could not be proposed", name=name)
    if others:
        title = tr("{name} and {count:,} other {count:image|images} could not be proposed", name=name, count=others)
    return Notice(
        title=title,
        words=joined((heard(why), *((tr("The other images go on."),) if goes_on else ())), by=" "),
        tone=Tone.WARNING,
        topic="proposal failed",
    )


def no_images() -> Notice:
    """A folder without images."""
    return Notice(
        title=tr("No images in this folder"),
        words=tr(
            "JPEG, PNG, BMP, WebP and TIFF are read, in sub-folders too. Open another folder, or copy images here and "
            "look again (F5)."
        ),
        tone=Tone.WARNING,
        topic="scan",
    )


def no_font(language: str) -> Notice:
    """A language was chosen that nothing here can write: said in English, which every font can."""
    return Notice(
        title=f"No font here can write {language}",
        words="Its signs show as boxes. On Debian and Ubuntu: sudo apt-get install fonts-noto-cjk, then start again.",
        tone=Tone.WARNING,
        topic="font",
    )


def all_confirmed() -> Notice:
    """The queue is empty."""
    return Notice(
        title=tr("Every listed image is confirmed"),
        words=tr("Retrain to learn from them, or show other images by the filter."),
        tone=Tone.GOOD,
        topic="queue",
        seconds=8,
    )


def nothing_better_found() -> Notice:
    """A run whose best network is the one it began with."""
    return Notice(
        title=tr("The run found nothing better"),
        words=tr("Its best network is the one in use, which stays. Confirm more masks, or let it train longer."),
        topic="network",
        seconds=12,
    )


def nothing_to_accept() -> Notice:
    """Accept on an image without mask and proposal."""
    return Notice(
        title=tr("There is no mask and no proposal to accept"),
        words=tr("Propose first, paint, or confirm that nothing is here."),
        topic="accept",
        seconds=8,
    )


def intact_with_cracks(name: str, *, tag_cracked: Act) -> Notice:
    """A mask was confirmed that the image's tag contradicts."""
    return Notice(
        title=tr("{name} is tagged intact, but its confirmed mask holds cracks.", name=name),
        words=tr("Training goes by the mask. If there is no crack after all, open the image and empty it."),
        tone=Tone.WARNING,
        topic=f"tag of {name}",
        offers=(Offer(words=tr("Tag cracked"), act=tag_cracked),),
        seconds=30,
    )


def comparing() -> Notice:
    """A run has ended, and its network competes; goes with the outcome."""
    return Notice(
        title=tr("Comparing the new network with the one in use…"),
        words=tr("Both propose the validation images, which can take a minute. You can go on painting."),
        topic="comparison",
    )


def _split(words: str) -> tuple[str, str]:
    title, _, rest = words.partition(". ")
    return heard(title.rstrip(".")), heard(rest) if rest else ""
