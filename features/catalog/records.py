"""Catalog: public records."""

from __future__ import annotations

from features.catalog.entry import Feature

__all__ = ["RECORD_FEATURES"]

_REASON = "recorded claims precede insolvency"

RECORD_FEATURES: tuple[Feature, ...] = (
    Feature(
        "is_insolvent", "flag", "public_records", "public_records", 1, _REASON, (), None, "occurred_on",
        ("events.kind",), "Insolvency on record", "破产记录", "An insolvency is on record.", "存在破产记录。",
        "never",
    ),
    Feature(
        "count_adverse_events_365d", "count", "public_records", "public_records", 1, _REASON, ("default",),
        365, "occurred_on", ("events.kind",), "Adverse events, 12 months", "近12个月负面事件",
        "{value} adverse public records in the last 12 months.", "近12个月负面公开记录{value}条。", "never",
    ),
    Feature(
        "days_since_last_adverse_event", "days", "public_records", "public_records", -1, _REASON, (), None,
        "occurred_on", ("events.kind",), "Days since the last adverse event", "距最近负面事件天数",
        "The last adverse public record is of {ago}.", "最近一次负面公开记录在{ago}。",
        "no adverse event is known",
    ),
)  # fmt: skip
"""Every feature from events."""
