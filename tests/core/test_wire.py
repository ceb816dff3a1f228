"""The wire: whatever is said arrives as it was said, one line each."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackstudio.core import wire

losses = st.dictionaries(st.text(max_size=10), st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=4)


@given(step=st.integers(0, 10**9), losses=losses, seconds=st.floats(0, 1e6))
def test_an_event_survives_the_wire(step: int, losses: dict[str, float | None], seconds: float) -> None:
    event = wire.Stepped(step=step, losses=losses, seconds=seconds, at=1.5)
    line = wire.encode(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert wire.decode_event(line) == event


@given(run=st.text(), name=st.text())
def test_a_command_survives_the_wire(run: str, name: str) -> None:
    for command in (wire.Train(run=run), wire.Preview(name=name, image=run), wire.Stop()):
        assert wire.decode_command(wire.encode(command)) == command


def test_a_loss_that_is_no_number_arrives_as_none() -> None:
    line = wire.encode(wire.Stepped(step=1, losses={"bce": float("nan")}, seconds=0))
    event = wire.decode_event(line)
    assert isinstance(event, wire.Stepped)
    assert event.losses == {"bce": None}


@pytest.mark.parametrize(
    "line", [b"", b"hello\n", b'{"event":"stepped"}\n', b'{"event":"nothing"}\n', b'{"command":"stop"}']
)
def test_what_is_no_event_is_refused(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        wire.decode_event(line)
