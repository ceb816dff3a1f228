"""Pause, resume and stop of a run, seen in the middle of a step.

A step of a large network on a CPU takes seconds. So every layer's forward and every gradient asks here first: a pause
holds right there, and goes on with nothing lost; a stop leaves the step by an exception.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from crackstudio.core.wire import Preview


class Interrupted(Exception):  # noqa: N818 - a request, not an error
    """The run was asked to stop."""


class Control:
    """Set from any thread; the training thread asks `check`."""

    def __init__(self) -> None:
        self._may_run = threading.Event()
        self._may_run.set()
        self._stopping = threading.Event()
        self.is_hurried = False
        self._pins: SimpleQueue[Preview] = SimpleQueue()
        self._on_pause: Callable[[bool], None] = lambda _: None
        self.paused_seconds = 0.0

    def pause(self) -> None:
        """Hold where the run is."""
        self._may_run.clear()

    def resume(self) -> None:
        """Go on."""
        self._may_run.set()

    def stop(self, *, hurried: bool = False) -> None:
        """End the run, also a paused one; `hurried`: the studio is gone, there is no time for a last scoring."""
        self.is_hurried = self.is_hurried or hurried
        self._stopping.set()
        self._may_run.set()

    def pin(self, probe: Preview) -> None:
        """Show this image among the previews from now on."""
        self._pins.put(probe)

    def pinned(self) -> Iterator[Preview]:
        """What was pinned since the last call."""
        with contextlib.suppress(Empty):
            while True:
                yield self._pins.get_nowait()

    def check(self) -> None:
        """Hold while paused. Raises Interrupted where the run has to stop."""
        if not self._may_run.is_set():
            self._hold()
        if self._stopping.is_set():
            raise Interrupted

    @contextlib.contextmanager
    def watching(
        self, networks: Iterable[nn.Module], *, on_pause: Callable[[bool], None] = lambda _: None
    ) -> Iterator[None]:
        """Let every layer and gradient of `networks` ask; `on_pause(True / False)` when a pause begins and ends."""
        self._on_pause = on_pause
        handles: list[RemovableHandle] = []
        for network in networks:
            leaves = [module for module in network.modules() if not any(module.children())]
            handles += [leaf.register_forward_pre_hook(self._before_layer) for leaf in leaves]
            learnt = [weight for weight in network.parameters() if weight.requires_grad]
            handles += [_on_gradient(weight, self._after_gradient) for weight in learnt]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _before_layer(self, _layer: nn.Module, _inputs: object) -> None:
        self.check()

    def _after_gradient(self, _weight: Tensor) -> None:
        self.check()

    def _hold(self) -> None:
        began = time.monotonic()
        self._on_pause(True)
        self._may_run.wait()
        self.paused_seconds += time.monotonic() - began
        if not self._stopping.is_set():
            self._on_pause(False)


def _on_gradient(weight: nn.Parameter, hook: Callable[[Tensor], None]) -> RemovableHandle:
    handle: RemovableHandle = weight.register_post_accumulate_grad_hook(hook)  # type: ignore[no-untyped-call]
    return handle
