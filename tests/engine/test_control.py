"""Stop and pause in the middle of a step."""

import threading

import pytest
import torch
from torch import nn

from crackstudio.engine.control import Control, Interrupted


class Tail(nn.Module):
    """Calls back when its gradient comes."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)


def test_a_stop_is_seen_between_two_layers() -> None:
    control, network = Control(), Tail()
    with control.watching([network]):
        seen = network.first(torch.ones(1, 3))
        control.stop()
        with pytest.raises(Interrupted):
            network.second(seen)


def test_a_stop_is_seen_within_the_backward_pass() -> None:
    control, network = Control(), Tail()
    with control.watching([network]):
        loss = network.second(network.first(torch.ones(1, 3))).sum()
        control.stop()
        with pytest.raises(Interrupted):
            loss.backward()


def test_nothing_is_watched_afterwards() -> None:
    control, network = Control(), Tail()
    with control.watching([network]):
        pass
    control.stop()
    network.second(network.first(torch.ones(1, 3))).sum().backward()


def test_a_pause_tells_when_it_begins_and_ends_and_its_time_is_counted() -> None:
    control, told, network = Control(), [], Tail()
    held = threading.Event()

    def on_pause(paused: bool) -> None:
        told.append(paused)
        held.set()

    control.pause()
    with control.watching([network], on_pause=on_pause):
        thread = threading.Thread(target=network.first, args=(torch.ones(1, 3),))
        thread.start()
        assert held.wait(5)
        assert thread.is_alive()
        control.resume()
        thread.join(5)
    assert told == [True, False]
    assert control.paused_seconds > 0
