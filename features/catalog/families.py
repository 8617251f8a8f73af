"""Entries of the catalog that differ by window alone: one table row makes one feature a window."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from features.catalog.entry import Feature, Model, Source, Unit

__all__ = [
    "BUSY",
    "EVERY_WINDOW",
    "NO_HISTORY",
    "NO_RATE",
    "UNSIGNED",
    "WINDOWS",
    "Family",
    "Window",
    "expand",
]

NO_HISTORY = "no invoice is known"
NO_RATE = "no invoice is known, or a currency has no rate"
UNSIGNED = "no direction is known"
BUSY = "it tells how busy a buyer is, not how it pays"


@dataclass(frozen=True)
class Window:
    """Days looked back, in words.

    Parameters
    ----------
    days : int or None
        A fact of day x counts at ``day - days < x <= day``; None for all time.
    label_en, label_zh : str
        In labels; the Chinese one in phrases too.
    within, past : str
        In English phrases: "in the last 90 days" and "last 90 days".
    """

    days: int | None
    label_en: str
    label_zh: str
    within: str
    past: str


def _days(days: int) -> Window:
    return Window(days, f"{days} days", f"近{days}天", f"in the last {days} days", f"last {days} days")


WINDOWS: dict[str, Window] = {
    "30d": _days(30),
    "90d": _days(90),
    "180d": _days(180),
    "365d": Window(365, "12 months", "近12个月", "in the last 12 months", "last 12 months"),
    "all": Window(None, "all time", "历史", "in the whole history", "whole history"),
    "now": Window(None, "now", "当前", "now", "now"),
}
"""Every window by its code in names; ``now`` is that of a state."""

EVERY_WINDOW = ("30d", "90d", "180d", "365d", "all")
_NOW = ("now",)


@dataclass(frozen=True)
class Family:
    """Features with one definition over several windows; most fields are those of `Feature`.

    Parameters
    ----------
    pattern : str
        The name, with ``{w}`` for the window's code.
    unit, sign, group, sign_reason, source, anchor, reads
        As in `Feature`.
    label_en, label_zh, phrase_en, phrase_zh, missing : str
        With ``{window}``, ``{within}`` and ``{past}`` for the window's words and ``{notes}`` for what stands
        in brackets: the reference, where a model learns from the feature, and the note.
    note_en, note_zh : str
        How to read a value, "negative is early".
    windows : tuple of str
        Codes of windows.
    inputs : tuple of str
        Those of them from which models learn; the others are shown only.
    models : tuple of Model
        Which models.
    """

    pattern: str
    unit: Unit
    sign: Literal[1, -1, 0]
    label_en: str
    label_zh: str
    phrase_en: str
    phrase_zh: str
    group: str
    missing: str
    anchor: str
    reads: tuple[str, ...]
    sign_reason: str = UNSIGNED
    note_en: str = ""
    note_zh: str = ""
    windows: tuple[str, ...] = _NOW
    inputs: tuple[str, ...] = ()
    models: tuple[Model, ...] = ("default", "late")
    source: Source = "payments"

    def features(self) -> Iterable[Feature]:
        """Yield one feature a window."""
        for code in self.windows:
            yield self._feature(code, WINDOWS[code])

    def _feature(self, code: str, window: Window) -> Feature:
        models = self.models if code in self.inputs else ()
        english = {"window": window.label_en, "within": window.within, "past": window.past}
        notes = [text for text in ("typical: {reference}" if models else "", self.note_en) if text]
        hints = [text for text in ("参考值{reference}" if models else "", self.note_zh) if text]
        return Feature(
            name=self.pattern.format(w=code),
            unit=self.unit,
            group=self.group,
            source=self.source,
            sign=self.sign,
            sign_reason=self.sign_reason,
            models=models,
            window_days=window.days,
            anchor=self.anchor,
            reads=self.reads,
            label_en=self.label_en.format(**english),
            label_zh=self.label_zh.format(window=window.label_zh),
            phrase_en=_fill(self.phrase_en, **english, notes=f" ({'; '.join(notes)})" if notes else ""),
            phrase_zh=_fill(
                self.phrase_zh, window=window.label_zh, notes=f"（{'；'.join(hints)}）" if hints else ""
            ),
            missing=self.missing.format(**english),
        )


def expand(families: Iterable[Family]) -> tuple[Feature, ...]:
    """Return the features of families, in order.

    Examples
    --------
    >>> from pprint import pprint
    >>> family = Family(
    ...     "count_due_{w}",
    ...     "count",
    ...     0,
    ...     "Items due, {window}",
    ...     "{window}到期笔数",
    ...     "",
    ...     "",
    ...     "relationship",
    ...     "never",
    ...     "due_on",
    ...     ("invoices.due_on",),
    ...     windows=("90d", "all"),
    ... )
    >>> pprint([(each.name, each.label_en, each.label_zh) for each in expand([family])])
    [('count_due_90d', 'Items due, 90 days', '近90天到期笔数'),
     ('count_due_all', 'Items due, all time', '历史到期笔数')]
    """
    return tuple(feature for family in families for feature in family.features())


def _fill(phrase: str, **words: str) -> str:
    """Fill the window's words and keep the places of the buyer's own numbers."""
    return phrase.format(value="{value}", ago="{ago}", **words)
