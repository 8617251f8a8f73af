"""What calls may say: strict types, nothing unknown, nothing that is not finite."""

from __future__ import annotations

from serving.contract.assess import AssessCall, BatchCall, RequestPart
from serving.contract.ledger import LedgerCall
from serving.contract.orders import DecisionCall, OrderCall
from serving.contract.parts import EXPECTED, moment_of_text, parse_call
from serving.contract.whatif import WhatIfCall

__all__ = [
    "EXPECTED",
    "AssessCall",
    "BatchCall",
    "DecisionCall",
    "LedgerCall",
    "OrderCall",
    "RequestPart",
    "WhatIfCall",
    "moment_of_text",
    "parse_call",
]
