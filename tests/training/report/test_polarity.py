"""Reasons cite values on their side of the reference, and one that does not is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from credit.reasons import Reason
from training.report.polarity import lies_on_its_side

KINDS = ("late_pack", "default_pack", "prior_pack", "blend_pack")


@pytest.mark.parametrize("kind", KINDS)
def test_every_reason_of_a_real_model_lies_on_its_side(request: pytest.FixtureRequest, kind: str) -> None:
    tests = {test["test"]: test for test in request.getfixturevalue(kind)["explanations"]["tests"]}
    told: dict[str, Any] = tests["polarity"]
    assert (told["found"], told["passed"]) == (1.0, True)
    assert 0 < told["n"] <= 500


@pytest.mark.parametrize(
    ("feature", "value", "reference", "adverse", "strength"),
    [
        ("oldest_open_days_past_due", 40.0, 5.0, True, False),
        ("oldest_open_days_past_due", 1.0, 5.0, False, True),
        ("oldest_open_days_past_due", 5.0, 5.0, False, False),
        ("oldest_open_days_past_due", 5.0, None, None, None),
    ],
)
def test_the_side_follows_the_sign_of_the_feature(
    feature: str, value: float, reference: float | None, adverse: bool | None, strength: bool | None
) -> None:
    facts = {"feature": feature, "value": value, "reference": reference}
    reason = Reason("score", "X", "adverse", -5.0, "", facts)
    assert lies_on_its_side(reason) is adverse
    assert lies_on_its_side(replace(reason, direction="strength", points=5.0)) is strength
