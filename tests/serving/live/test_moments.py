from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from credit.common import Common
from credit.desk import Desk
from credit.policy import Policy
from credit.release import Release
from features.errors import InputError
from features.seller import Seller
from serving.live.moments import moments_of

NOW = datetime(2026, 6, 30, 22, 30)
"""Half past midnight of 1 July where the seller is."""


def desk(books_end: datetime) -> Desk:
    """Return a desk whose books end at an instant."""
    nothing = cast("Any", None)
    seller = Seller("me", country="DE", reporting_currency="EUR", timezone="Europe/Berlin")
    common = Common(seller, datetime(2022, 1, 1), books_end, True, nothing, nothing, nothing, nothing)
    return Desk(common, Release("r1", "me", {}, {}, Policy.default()))


@pytest.mark.parametrize("as_of", [None, "2026-07-01"])
def test_no_moment_and_the_day_of_today_mean_now(as_of: str | None) -> None:
    assert moments_of(desk(NOW - timedelta(hours=3)), as_of, NOW)[0] == NOW


def test_a_day_that_has_passed_means_its_end() -> None:
    assert moments_of(desk(NOW), "2026-06-30", NOW)[0] == datetime(2026, 6, 30, 21, 59, 59)


@pytest.mark.parametrize("as_of", ["2026-07-02", "2026-06-30T22:30:01Z"])
def test_what_has_not_come_is_refused(as_of: str) -> None:
    with pytest.raises(InputError, match="one in the future"):
        moments_of(desk(NOW), as_of, NOW)


def test_long_after_the_books_their_end_is_spoken_of() -> None:
    end = NOW - timedelta(days=8)
    assert moments_of(desk(end), None, NOW) == (end, NOW)
