"""SAP: lines of FBL5N or of BSID and BSAD as items, settlements, money on account and balances."""

from __future__ import annotations

from features.sources.sap.prepare import prepare_sap

__all__ = ["prepare_sap"]
