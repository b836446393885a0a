"""Settings → working parts."""

from __future__ import annotations

from contextlib import ExitStack

from threadpoolctl import threadpool_info, threadpool_limits

from lineage import build
from lineage.settings import Settings
from tests.engines import engine_for_files


def threads_of_products() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_products_of_matrices_get_their_threads_back_in_whatever_order_engines_are_closed():
    with threadpool_limits(2, user_api="blas"):
        first, second = ExitStack(), ExitStack()
        for stack in (first, second):
            stack.enter_context(engine_for_files([], Settings()))
        first.close()
        assert threads_of_products() == {1}
        second.close()
        assert threads_of_products() == {2}


def test_engines_that_are_opened_while_another_is_open_leave_nothing_behind():
    kept = build._quiet_products._limited
    with threadpool_limits(2, user_api="blas"), engine_for_files([], Settings()):
        before = len(kept)
        for _ in range(3):
            with threadpool_limits(2, user_api="blas"), engine_for_files([], Settings()):
                assert threads_of_products() == {1}
        assert len(kept) == before > 0
    assert not kept
