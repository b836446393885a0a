"""Settings → working parts."""

from __future__ import annotations

from contextlib import ExitStack

from threadpoolctl import threadpool_info, threadpool_limits

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
