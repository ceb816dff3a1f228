"""Joins the list to what is found out of its images: how it is ordered, and what its rows tell."""

from collections.abc import Callable

from crackstudio.core.classes import CRACK
from crackstudio.core.figures import MaskFigures
from crackstudio.core.images import ImageEntry
from crackstudio.studio.language import Said, tr
from crackstudio.studio.survey import Survey
from crackstudio.studio.widgets.figure_words import TO_COME, Told, line_of, tip_of
from crackstudio.studio.widgets.image_model import Arranged, Order, arrange
from crackstudio.studio.widgets.main_window import MainWindow


class Listing:
    """Arranges the list off the thread; what changes meanwhile is put on top.

    Figures are of the first class alone, as which proposals are taken in: rows and orders then mean one thing, before
    and after a proposal has become a mask. All classes are found and kept, each by itself.
    """

    def __init__(self, window: MainWindow, *, figures: Survey[MaskFigures], disagreement: Survey[float]) -> None:
        self._window, self._figures, self._disagreement = window, figures, disagreement
        self._late: dict[int, ImageEntry] = {}
        self._shows_open = False
        """Whether the open image is to come in sight with the next list."""
        session, images = window.session, window.image_list
        session.entries_reset.connect(self._arrange_all)
        session.entries_changed.connect(self.update)
        session.mask_edited.connect(self._touch_open)
        images.filter_changed.connect(self.arrange)
        images.set_told(self._told)
        window.threshold_panel.threshold_changed.connect(lambda _threshold: self._wait_for_rest())
        window.proposing.finished.connect(lambda _count: self._rank_again())
        for survey in (figures, disagreement):
            self._join(survey)

    def arrange(self) -> None:
        """Filter and order anew, as a person asked for: by what is known of the images, and again when all of it is."""
        self._shows_open = True
        self._order()

    def _arrange_all(self) -> None:
        """Others are there now: the open one stays in sight if it was."""
        images = self._window.image_list
        self._shows_open |= images.shows_open() or not images.model.order()
        self._order()

    def _order(self) -> None:
        self._arrange(take=self._take)
        asked = self._asked()
        for survey in (self._figures, self._disagreement):
            if survey is asked:
                survey.measure()
            else:
                survey.stop()

    def update(self, entries: list[ImageEntry]) -> None:
        """Show what changed."""
        self._late.update({entry.id: entry for entry in entries})
        self._window.image_list.model.update_entries(entries)
        asked = self._asked()
        if asked is not None:
            asked.renew(entries)

    def _join(self, survey: Survey[MaskFigures] | Survey[float]) -> None:
        images = self._window.image_list
        survey.progressed.connect(
            lambda done, of: images.show_busy(
                self._doing(survey), done, of, stop=tr("Stop: the list goes by what is known so far")
            )
        )
        survey.measured.connect(lambda: self._take_measured(survey))
        survey.answered.connect(lambda renewed: self._take_answers(survey, renewed=renewed))
        images.stop_pressed.connect(survey.stop)

    def _doing(self, survey: object) -> Said:
        return tr("Comparing networks") if survey is self._disagreement else tr("Measuring cracks")

    def _asked(self) -> Survey[MaskFigures] | Survey[float] | None:
        """The survey that the order of the list goes by."""
        order = self._window.image_list.filter().order
        if order is Order.DISPUTED_FIRST:
            return self._disagreement
        return self._figures if order in (Order.LONGEST_FIRST, Order.WIDEST_FIRST) else None

    def _rank_again(self) -> None:
        """New proposals change the order of what is most unsure, most disputed, longest."""
        if self._window.image_list.filter().order is not Order.NAME:
            self._order()

    def _ranks(self, order: Order) -> dict[int, float]:
        """What `order` goes by, by image id. Any thread."""
        if order is Order.DISPUTED_FIRST:
            return self._disagreement.answers()
        if order is Order.LONGEST_FIRST:
            return {image: found.of(CRACK.id).length for image, found in self._figures.answers().items()}
        if order is Order.WIDEST_FIRST:
            return {image: found.of(CRACK.id).max_width for image, found in self._figures.answers().items()}
        return {}

    def _arrange(self, *, take: Callable[[Arranged], None]) -> None:
        session, chosen = self._window.session, self._window.image_list.filter()
        self._late.clear()
        session.reading.submit(
            lambda: arrange(session.entries(), chosen, ranks=self._ranks(chosen.order)),
            done=take,
            lane="list",
            urgent=True,
        )

    def _take(self, arranged: Arranged) -> None:
        if self._window.session.project is None:
            return
        self._window.image_list.take(arranged)
        self._window.image_list.model.update_entries(self._late.values())
        self._late.clear()
        image, scrolls = self._window.session.image, self._shows_open
        self._shows_open = False
        self._window.image_list.set_current(image.id if image else None, scrolls=scrolls)

    def _take_if_moved(self, arranged: Arranged) -> None:
        """A list that stays as it is does not scroll away under a person's hand."""
        model = self._window.image_list.model
        moved = arranged.shown != list(model.order()) or len(arranged.entries) != model.total
        if moved or self._shows_open:
            self._take(arranged)

    def _take_measured(self, survey: Survey[MaskFigures] | Survey[float]) -> None:
        self._window.image_list.show_busy("")
        if survey is not self._asked():
            return
        self._arrange(take=self._take_if_moved)
        if not survey.answers():
            nothing = tr("No image has a mask or a proposal to measure yet.")
            if survey is self._disagreement:
                nothing = tr("No image has proposals of two networks yet: retrain first.")
            self._window.session.message_given.emit(nothing)

    def _take_answers(self, survey: Survey[MaskFigures] | Survey[float], *, renewed: bool) -> None:
        self._window.image_list.touch_rows()
        if renewed and survey is self._asked() and not survey.is_measuring:
            self._arrange(take=self._take_if_moved)

    def _wait_for_rest(self) -> None:
        for survey in (self._figures, self._disagreement):
            survey.wait_for_rest()
        self._touch_open()

    def _touch_open(self) -> None:
        if self._window.session.image is not None:
            self._window.image_list.model.touch(self._window.session.image.id)

    def _told(self, entry: ImageEntry) -> Told:
        order, state = self._window.image_list.filter().order, ""
        if order is Order.DISPUTED_FIRST:
            share = self._disagreement.of(entry)
            if share is not None:
                state = tr("{share:.1%} disputed", share=share)
        of_proposal, found = entry.mask_kind is None, self._figures.of(entry)
        if found is None:
            figures = TO_COME if self._figures.awaits(entry) else ""
            return Told(figures=figures, of_proposal=of_proposal, state=state)
        return Told(
            figures=line_of(found.of(CRACK.id), order=order),
            of_proposal=of_proposal,
            state=state,
            tip=tip_of(found.of(CRACK.id), of_proposal=of_proposal),
        )
