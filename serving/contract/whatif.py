"""What a call says that asks about a buyer under other facts or another request."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from serving.contract.assess import AssessCall, RequestPart
from serving.contract.parts import AsOf, Id, Part
from serving.errors import CallError

__all__ = ["MOST_SUPPOSED", "WhatIfCall"]

MOST_SUPPOSED = 1000
"""Facts of a call that are supposed."""


class WhatIfCall(Part):
    """Body of ``POST /v1/whatif``: a subject as ``/v1/assess`` takes it, and facts as ``/v1/ledger`` does."""

    buyer_id: Id
    as_of: AsOf | None = None
    request: RequestPart | None = None
    lang: Literal["en", "zh"] = "en"
    offers: bool = False
    peers: bool = False
    raises: bool = False
    facts: Annotated[list[dict[str, Any]], Field(max_length=MOST_SUPPOSED)] | None = None

    @property
    def subject(self) -> AssessCall:
        """The subject, with its request.

        Raises
        ------
        CallError
            ``invalid_field``, also where there is neither a request nor a fact.
        """
        if self.request is None and not self.facts:
            step = "send 'facts', 'request' or both"
            raise CallError("invalid_field", "facts or a request", "neither", step, path="facts")
        told = {name: getattr(self, name) for name in type(self).model_fields if name != "facts"}
        return AssessCall.model_construct(**told).together()
