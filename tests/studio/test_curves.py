"""Curves: gaps, smoothing, CSV."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from crackstudio.studio.curves import Curves

VALUES = st.lists(st.floats(-1e6, 1e6) | st.none() | st.just(float("nan")), min_size=1, max_size=60)


@given(VALUES, st.integers(1, 20))
def test_smoothing_stays_within_the_values_and_keeps_the_steps(values, window):
    curves = Curves()
    for step, value in enumerate(values):
        curves.add(step, {"loss": value})
    steps, raw = curves.line("loss")
    smooth_steps, smooth = curves.line("loss", smoothing=window)
    assert list(steps) == list(smooth_steps) == [i for i, v in enumerate(values) if v is not None and v == v]
    if raw.size:
        slack = 1e-6 * max(1.0, abs(raw).max())
        assert smooth.min() >= raw.min() - slack
        assert smooth.max() <= raw.max() + slack


def test_csv_has_a_row_a_step_and_leaves_gaps_empty():
    curves = Curves()
    curves.add(1, {"seg": 0.5, "tag": None})
    curves.add(2, {"tag": 0.25})
    rows = list(csv.DictReader(io.StringIO(curves.to_csv())))
    assert rows == [{"step": "1", "seg": "0.5", "tag": ""}, {"step": "2", "seg": "", "tag": "0.25"}]
    assert curves.last("tag") == 0.25
    assert curves.terms == ("seg", "tag")
