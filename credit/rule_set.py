"""What every part of a policy is: strict, closed and unchangeable, with the units of its numbers as types."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Binds", "Count", "Days", "Fraction", "Money", "Months", "Positive", "Range", "RuleSet", "Share"]

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Fraction = Annotated[float, Field(gt=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
Money = Annotated[float, Field(ge=0.0)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Count = Annotated[int, Field(ge=0)]
Months = Annotated[int, Field(ge=1, le=1_200)]
Range = tuple[Share, Share]

Binds = Literal["constraint", "reported"]
"""Whether a candidate of the limit may bind or is only told."""


class RuleSet(BaseModel):
    """A part of the policy."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)
