from __future__ import annotations

import json
import math
from datetime import date

import pytest

from credit.request import Request
from features.errors import InputError


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "gift"}, "kind"),
        ({"amount": 0.0}, "amount"),
        ({"amount": -5.0}, "amount"),
        ({"amount": math.nan}, "amount"),
        ({"amount": math.inf}, "amount"),
        ({"amount": 1e40}, "amount"),
        ({"amount": None}, "amount"),
        ({"currency": "EURO"}, "currency"),
        ({"terms_days": -1}, "terms_days"),
        ({"terms_days": 3651}, "terms_days"),
    ],
)
def test_an_illegal_field_is_named_and_its_value_is_not_told(changes, field):
    with pytest.raises(InputError) as refused:
        Request(**({"kind": "order", "amount": 100.0, "currency": "EUR"} | changes))

    assert [problem.column for problem in refused.value.problems] == [field]


def test_a_request_for_terms_needs_no_amount():
    assert Request("terms", currency="EUR", terms_days=90).amount is None


def test_a_request_is_told_as_json():
    request = Request("order", 100.0, "EUR", due_on=date(2026, 9, 1))

    assert json.loads(json.dumps(request.as_json())) == {
        "kind": "order",
        "amount": 100.0,
        "currency": "EUR",
        "terms_days": None,
        "due_on": "2026-09-01",
        "assumed": False,
    }
