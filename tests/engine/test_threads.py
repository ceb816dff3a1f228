"""Threads follow the machine: whichever count is faster is used, at little cost."""

import pytest

from crackstudio.engine.threads import Threads


class Machine:
    """A clock that work moves on: `seconds(count, now)` is what one unit takes, `running` the share of it on a core."""

    def __init__(self, seconds, running=lambda _count, _now: 1.0) -> None:
        self.seconds, self.running, self.now, self.cpu, self.done = seconds, running, 0.0, 0.0, 0
        self.used: list[int] = []
        self.threads = Threads((1, 2), clock=lambda: self.now, cpu=lambda: self.cpu, use=self.used.append)

    def run(self, until: float) -> None:
        while self.now < until:
            with self.threads.work():
                count, took = self.threads.count, self.seconds(self.threads.count, self.now)
                self.cpu += took * count * self.running(count, self.now)
                self.now += took
                self.done += 1


def test_two_idle_cores_are_used_and_nothing_else_is_tried() -> None:
    machine = Machine(lambda count, _: 0.2 / count)
    machine.run(600)
    assert machine.threads.count == 2
    assert machine.used == [2]


def test_a_busy_machine_is_found_out_within_a_few_steps() -> None:
    machine = Machine(lambda count, _: 3.0 if count == 2 else 0.25, lambda count, _: 0.5 if count == 2 else 0.97)
    machine.run(20)
    assert machine.threads.count == 1
    machine.run(600)
    assert machine.done > 0.9 * 580 / 0.25


def test_a_machine_that_becomes_busy_and_idle_again_is_followed() -> None:
    def busy(now: float) -> bool:
        return 200 < now < 600

    def seconds(count: int, now: float) -> float:
        return (2.0 if count == 2 else 0.25) if busy(now) else 0.2 / count

    machine = Machine(seconds, lambda _, now: 0.6 if busy(now) else 1.0)
    machine.run(195)
    assert machine.threads.count == 2
    machine.run(260)
    assert machine.threads.count == 1
    machine.run(900)
    assert machine.threads.count == 2


def test_units_of_different_size_are_compared_by_their_size() -> None:
    machine = Machine(lambda *_: 0.1)
    for size in [1.0, 8.0, 3.0] * 200:
        with machine.threads.work(size):
            machine.now += size * (0.1 if machine.threads.count == 2 else 0.2)
    assert 1 in machine.used  # they did not run all the time, so fewer were tried
    assert machine.threads.count == 2


def test_a_single_count_is_never_changed() -> None:
    used: list[int] = []
    threads = Threads((2,), use=used.append)
    for _ in range(50):
        with threads.work():
            pass
    assert used == [2]
    assert threads.count == 2


def test_work_that_breaks_is_no_measure() -> None:
    machine = Machine(lambda *_: 0.1)
    with pytest.raises(ZeroDivisionError), machine.threads.work():
        raise ZeroDivisionError
    assert machine.threads.count == 2
