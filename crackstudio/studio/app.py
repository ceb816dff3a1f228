"""The only place where the studio is wired together: who listens to whom.

Widgets call the session, proposing and retraining; these signal the widgets. One function joins one part.
"""

import gc
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from crackstudio.studio.background import Background
from crackstudio.studio.batch import Batch
from crackstudio.studio.classes import Classes
from crackstudio.studio.engine_link import ENGINE
from crackstudio.studio.first_paint import FirstPaint
from crackstudio.studio.fonts import with_chinese
from crackstudio.studio.joints.classes import join_classes
from crackstudio.studio.joints.dialogs import join_dialogs
from crackstudio.studio.joints.editing import join_editing
from crackstudio.studio.joints.looking import join_looking
from crackstudio.studio.joints.pen import join_pen
from crackstudio.studio.joints.project import join_project
from crackstudio.studio.joints.proposal import join_proposal
from crackstudio.studio.joints.selecting import join_selecting
from crackstudio.studio.joints.tiling import join_tiling
from crackstudio.studio.joints.training import join_training
from crackstudio.studio.language import speak
from crackstudio.studio.mending import Mending
from crackstudio.studio.proposing import Proposing
from crackstudio.studio.recovery import Recovery
from crackstudio.studio.retraining import Retraining
from crackstudio.studio.reviewing import Reviewing
from crackstudio.studio.save_trouble import SaveTrouble
from crackstudio.studio.session import Session
from crackstudio.studio.settings import Settings, default_path
from crackstudio.studio.succession import Succession
from crackstudio.studio.taking_ahead import TakingAhead
from crackstudio.studio.theme import Theme
from crackstudio.studio.widgets.main_window import MainWindow

DRAWERS = 2
"""A long change of one mask leaves room for the next one's."""
READERS = 3
"""One each for the scan of a folder, for an image that will be wanted, and for the one that is wanted now."""
_LONGEST_END_S = 30
"""What a person did is saved by then, or given up: a disk that does not answer keeps no process alive."""
_TURN_S = 0.0005
"""Another thread's Python may keep the window waiting for so long, each time that the window comes back from Qt. With
Python's own 5 ms it took 50 to paint ten rows of the list beside a batch.
"""


def run_studio(folder: Path | None, *, project: Path | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    app = make_app()
    settings = Settings(default_path())
    speak(settings.language)
    window = build_window(settings, theme=Theme(app, scheme=settings.scheme), owns_process=True)
    sys.excepthook = lambda _kind, error, _trace: take_mishap(error, window.session)
    FirstPaint(window.start_page, lambda: _after_first_paint(window, folder, project))
    window.show()
    return app.exec()


def make_app() -> QApplication:
    """The application object, free of the traps that lie in the environment."""
    os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)  # OpenCV's wheels point it at a Qt of their own
    sys.setswitchinterval(_TURN_S)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("crackstudio")
    app.setApplicationDisplayName("CrackStudio")
    app.setDesktopFileName("crackstudio")
    app.setFont(with_chinese(app.font()))
    return app


def build_window(
    settings: Settings, *, theme: Theme | None = None, engine: Sequence[str] = ENGINE, owns_process: bool = False
) -> MainWindow:
    """The whole studio, not shown yet and with no engine started; closing it ends everything that it started.

    One that `owns_process` ends it too, where a disk that does not answer would keep it alive.
    """
    reading, writing = Background(threads=READERS), Background(threads=1)
    measuring, drawing = Background(threads=1), Background(threads=DRAWERS)
    session = Session(reading=reading, writing=writing)
    Recovery(session)
    SaveTrouble(session)
    proposing = Proposing(session, command=engine)
    succession = Succession(session, proposing=proposing)
    retraining = Retraining(session, proposing=proposing, succession=succession, command=engine)
    mending = Mending(session, background=drawing)
    TakingAhead(session)
    window = MainWindow(
        session=session,
        reviewing=Reviewing(session, mending=mending),
        mending=mending,
        classes=Classes(session),
        proposing=proposing,
        retraining=retraining,
        succession=succession,
        background=reading,
        settings=settings,
    )
    for owned in (reading, writing, measuring, drawing, session):
        owned.setParent(window)
    join_project(window, measuring=measuring, drawing=drawing)
    join_classes(window)
    join_editing(window)
    join_proposal(window)
    join_looking(window)
    join_tiling(window)
    join_pen(window)
    join_selecting(window, Batch(session, reviewing=window.reviewing))
    join_training(window)
    join_dialogs(window, theme=theme)
    session.saved.connect(lambda _entry: window.notices.settle("close"))
    session.wait_ended.connect(lambda: window.notices.settle("wait"))
    pools = (window.canvas.background, reading, measuring, drawing)
    window.closing.connect(lambda: _end(window, pools=pools, owns_process=owns_process))
    return window


def take_mishap(error: BaseException, session: Session) -> None:
    """What Qt called failed where nobody caught it: on stderr for who looks there, in the window for who does not."""
    sys.__excepthook__(type(error), error, error.__traceback__)
    if isinstance(error, Exception):
        session.tell_failure(error)


def settle() -> None:
    """What was made until now stays to the end: the garbage collector need not walk it again and again."""
    gc.freeze()
    gc.enable()  # see quick_imports.py


def _after_first_paint(window: MainWindow, folder: Path | None, project: Path | None) -> None:
    settle()
    window.proposing.start()
    if folder is not None:
        window.session.open_folder(folder, home=project)


def _end(window: MainWindow, *, pools: Sequence[Background], owns_process: bool) -> None:
    """Nobody sees the window any more: its project is closed behind what is still written, then all ends."""
    session = window.session
    if owns_process:
        alarm = threading.Timer(_LONGEST_END_S, os._exit, (0,))
        alarm.daemon = True
        alarm.start()
    session.let_go()
    window.proposing.close()
    session.writing.finish()
    if owns_process and session.has_given_up:
        os._exit(0)
    for pool in (*pools, session.writing):
        pool.close()
