"""Texts of what changed since an earlier assessment."""

from __future__ import annotations

from credit.locales import Words

__all__ = ["CHANGE_STATUSES", "CHANGE_TEXTS"]

CHANGE_TEXTS = {
    "moved": Words("{label}: {figure} {then} -> {now}", "{label}：{figure} {then} → {now}"),
    "together": Words("{label}: several figures together", "{label}：多项指标综合影响"),
}
"""What of a group changed."""

CHANGE_STATUSES = {
    "ok": Words("known", "已知"),
    "no_score_now": Words("there is no score now", "当前无评分"),
    "no_score_then": Words("there was no score then", "当时无评分"),
    "other_source": Words(
        "one score is by the default model, the other by the late-payment model",
        "两次评分分别依据违约模型与逾期模型",
    ),
    "other_definition": Words("the scores are of different outcomes", "两次评分所依据的定义不同"),
}
"""Why changes of a score cannot be said."""
