"""Long lists are made without Python's collector of cycles, and only they."""

from __future__ import annotations

import gc

import pytest

from credence.cli.common import without_collector


def fails_inside(seen: list[bool]) -> None:
    with without_collector():
        seen.append(gc.isenabled())
        raise ValueError("stop")


def test_the_collector_is_off_inside_and_on_again_after_an_error():
    seen = [gc.isenabled()]
    with pytest.raises(ValueError, match="stop"):
        fails_inside(seen)
    assert [*seen, gc.isenabled()] == [True, False, True]


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with without_collector():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
