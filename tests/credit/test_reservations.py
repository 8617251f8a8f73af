from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.reservations import Reservation, with_reservations

HORIZON = date(2026, 8, 30)
NOTHING_OPEN = {"open_orders_amount": 0.0, "open_orders_later_amount": 0.0}

RESERVATIONS = st.lists(
    st.builds(
        Reservation,
        st.text("ABC", min_size=1, max_size=2),
        st.floats(0.01, 1e9),
        st.none() | st.dates(date(2026, 8, 1), date(2026, 9, 30)),
    ),
    unique_by=lambda each: each.order_id,
)


@given(RESERVATIONS, st.sets(st.text("ABC", min_size=1, max_size=2)))
def test_what_is_reserved_counts_once_and_on_its_side_of_the_horizon(reservations, known):
    found = with_reservations(NOTHING_OPEN, reservations, known, HORIZON)

    counted = [each for each in reservations if each.order_id not in known]
    soon = [each.amount for each in counted if each.deliver_on is None or each.deliver_on <= HORIZON]
    assert found["open_orders_amount"] == pytest.approx(sum(soon))
    assert sum(found.values()) == pytest.approx(sum(each.amount for each in counted))


def test_an_order_that_the_books_know_counts_as_they_say():
    books = {"open_orders_amount": 80.0, "open_orders_later_amount": 0.0}

    assert with_reservations(books, [Reservation("A", 80.0)], {"A"}, HORIZON) == books
