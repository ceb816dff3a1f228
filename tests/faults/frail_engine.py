"""The real engine, which fails once, as its first word says, in the midst of its work: a second one finds `mark`."""

import os
import signal
import sys
import threading
from pathlib import Path

import torch

from crackstudio.engine import serve
from crackstudio.engine.methods.unet import UNetMethod
from crackstudio.engine.proposer import Proposer

STEP = 12
"""After the first scoring of a short run, which leaves a state to go on from."""


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def exhaust():
    torch.empty(2**50)


def fall_silent():
    threading.Event().wait()


def fill_disk():
    """No file may grow any more: checkpoints, pictures, events."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


FAULTS = {"killed": kill, "memory": exhaust, "silent": fall_silent, "full": fill_disk}


def fail_at(count, kind, name, act, mark):
    """Let the method `name` of `kind` act when it is called for the `count`th time."""
    sound, calls = getattr(kind, name), []

    def frail(self, *args, **how):
        calls.append(1)
        if len(calls) == count and not mark.exists():
            mark.touch()
            act()
        return sound(self, *args, **how)

    setattr(kind, name, frail)


def break_weights(mark):
    """The weights turn to NaN between two looks at the losses."""
    sound = UNetMethod.train_step

    def frail(self, batch, progress):
        losses = sound(self, batch, progress)
        if self.steps_seen == STEP and not mark.exists():
            mark.touch()
            for weight in self.networks()["unet"].parameters():
                weight.data.fill_(float("nan"))
        self.steps_seen += 1
        return losses

    UNetMethod.steps_seen = 0
    UNetMethod.train_step = frail


def main():
    work, fault, mark = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if fault == "nan":
        break_weights(mark)
    elif work == "train":
        fail_at(STEP, UNetMethod, "train_step", FAULTS[fault], mark)
    elif fault == "memory":
        fail_at(1, UNetMethod, "propose", exhaust, mark)
    else:
        fail_at(2, Proposer, "_finish", FAULTS[fault], mark)
    sys.exit(serve.main())


main()
