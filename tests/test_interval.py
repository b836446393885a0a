"""The middle of what was drawn again, as the 95 % interval of a value."""

from __future__ import annotations

import numpy as np
import pytest

from lineage.reporting.interval import Interval, interval, middle


def test_an_interval_leaves_out_a_fortieth_of_the_draws_on_either_side():
    assert interval(0.4, np.arange(1001)) == Interval(0.4, 25.0, 975.0)


def test_a_value_may_lie_outside_of_its_draws():
    found = interval(2.0, [0.0, 1.0])
    assert found.value == 2.0
    assert (found.low, found.high) == pytest.approx((0.025, 0.975))


def test_of_draws_of_several_figures_each_has_its_own_middle():
    low, high = middle(np.stack([np.arange(1001), np.arange(1001) / 10], axis=1))
    assert low.tolist() == pytest.approx([25, 2.5])
    assert high.tolist() == pytest.approx([975, 97.5])
