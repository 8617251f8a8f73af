"""What all sections of a validation pack share."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["Figure", "Section", "Severity"]

Severity = Literal["high", "medium", "low"]


class Section(BaseModel):
    """A section with its fields; another field, NaN and infinity are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Figure(Section):
    """A figure with its 95 % interval by draws of the buyers; all null where it cannot be said."""

    value: float | None
    low: float | None
    high: float | None
