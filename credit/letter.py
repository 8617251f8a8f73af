"""A letter to the buyer, and a note for the file, from one assessment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from credit.letter_reasons import missing_groups, told_once
from credit.letter_texts import EXTERNAL_REASONS, LETTER, SILENT_FEATURES, SILENT_GROUPS
from credit.locales import check_language, day_text, fill, value_text
from credit.page_text import wrapped
from credit.reasons import PART
from credit.texts import ACTIONS, CANDIDATES, status_text
from features.catalog import FEATURES, GROUPS

__all__ = ["LETTERS", "MOST_REASONS", "letter"]

Kind = Literal["internal", "external"]

LETTERS: tuple[Kind, ...] = ("internal", "external")
MOST_REASONS = 4
"""More principal reasons than four are rarely of use to who reads them."""

_MISSING = "_MISSING"


def letter(assessment: Mapping[str, Any], kind: Kind, lang: str) -> str:
    """Return a letter or a note.

    Parameters
    ----------
    assessment : mapping
        As `credit.assess.assess` gives it; for an internal note in the same language.
    kind : {"internal", "external"}
        The external letter tells the limit and at most four principal reasons by the buyer's own facts: no
        probability, no score, no grade, nothing of other buyers. The internal note tells them.
    lang : {"en", "zh"}

    Returns
    -------
    str
        Plain text, a draft for a person to sign.

    Raises
    ------
    InputError
        A language without texts.
    """
    check_language(lang)
    page = _Letter(assessment, lang)
    blocks = page.note() if kind == "internal" else page.external()
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


class _Letter:
    def __init__(self, said: Mapping[str, Any], lang: str) -> None:
        self.said, self.lang = said, lang
        self.currency = str(said["limit"]["currency"])
        # Reason: an assessment kept from before it told its day has that of UTC alone.
        self.day = day_text(date.fromisoformat(said.get("day") or said["as_of"][:10]), lang)

    def external(self) -> list[list[str]]:
        reasons = self._principal()
        told = [line for each in reasons for line in wrapped(each, "- ")]
        return [
            self._lines("draft"),
            [self.day],
            self._lines("subject", buyer=self.said["buyer_id"]),
            self._lines("greeting"),
            self._offered(),
            [*self._lines("reasons"), *told] if reasons else [],
            self._lines("correct") if reasons else [],
            self._lines("closing"),
        ]

    def note(self) -> list[list[str]]:
        return [
            self._lines("note", buyer=self.said["buyer_id"], day=self.day),
            [*self._suggested(), *self._owed(), *self._risk()],
            self._reasons("decision"),
            self._reasons("score"),
            [self._words("sign"), *self._lines("suggestion")],
        ]

    def _words(self, key: str, **texts: str) -> str:
        return LETTER[key].of(self.lang).format(**texts)

    def _lines(self, key: str, **texts: str) -> list[str]:
        return wrapped(self._words(key, **texts), "")

    def _money(self, amount: float | None, currency: str | None = None) -> str:
        return value_text(amount, "money", self.lang, currency or self.currency)

    def _offered(self) -> list[str]:
        amount, request = self.said["limit"]["amount"], self.said["request"]
        key = "limit" if amount else "no_limit"
        gap = "" if self.lang == "zh" else " "
        text = self._words(key, day=self.day, amount=self._money(amount))
        action = self.said["limit"]["action"]
        if amount and action in ("hold", "run_down"):
            text += gap + self._words(action, exposure=self._money(self.said["limit"]["exposure"]))
        if request is not None and not request["assumed"] and request["amount"] is not None:
            text += gap + self._words("asked", amount=self._money(request["amount"], request["currency"]))
        return wrapped(text, "")

    def _principal(self) -> list[str]:
        """Return the texts of the principal adverse reasons, those of the decision first."""
        adverse = told_once([each for each in self.said["reasons"] if each["direction"] == "adverse"])
        told = {"decision": self._of_decision, "score": self._of_score}
        texts = (told[each["scope"]](each) for each in adverse)
        return list(dict.fromkeys(text for text in texts if text is not None))[:MOST_REASONS]

    def _of_decision(self, reason: Mapping[str, Any]) -> str | None:
        words = EXTERNAL_REASONS.get(reason["code"])
        return None if words is None else fill(words.of(self.lang), reason["facts"], self.lang, self.currency)

    def _of_score(self, reason: Mapping[str, Any]) -> str | None:
        """Return a figure of the buyer's own; without the usual value, which is others'."""
        group = reason["code"].removesuffix(_MISSING).removesuffix(PART).lower()
        name = reason["facts"].get("feature")
        if group in SILENT_GROUPS or name in SILENT_FEATURES:
            return None
        if name in FEATURES:
            feature = FEATURES[name]
            figure = feature.label_zh if self.lang == "zh" else feature.label_en
            value = value_text(reason["facts"]["value"], feature.unit, self.lang, self.currency)
            return self._words("figure", figure=figure, value=value)
        if reason["code"].endswith(_MISSING):
            return self._words("missing", label=self._missing(group))
        return self._words("together", label=self._group(group))

    def _missing(self, first: str) -> str:
        """Return every group of which nothing is known, in one sentence that the first of them tells."""
        groups = [first, *missing_groups(self.said["reasons"])]
        comma = "、" if self.lang == "zh" else ", "
        return comma.join(dict.fromkeys(map(self._group, groups)))

    def _group(self, group: str) -> str:
        if group not in GROUPS:
            return group
        return GROUPS[group].label_zh if self.lang == "zh" else GROUPS[group].label_en

    def _suggested(self) -> list[str]:
        limit = self.said["limit"]
        action = ACTIONS[limit["action"]].of(self.lang)
        if limit["status"] != "ok":
            why = status_text(limit["status"], self.lang)
            return self._lines("no_suggestion", why=why, action=action)
        binding = CANDIDATES[limit["binding"]].of(self.lang)
        return self._lines("suggested", amount=self._money(limit["amount"]), binding=binding, action=action)

    def _owed(self) -> list[str]:
        named = {"exposure": "exposure", "overdue": "overdue_amount", "headroom": "headroom"}
        texts = {place: self._money(self.said["limit"][name]) for place, name in named.items()}
        return self._lines("owed", **texts)

    def _risk(self) -> list[str]:
        said, score = self.said["default"], self.said["score"]
        if said["status"] != "ok":
            return self._lines("no_risk", why=status_text(said["status"], self.lang))
        shares = {
            place: value_text(said[name], "share", self.lang)
            for place, name in (("pd", "probability"), ("low", "low"), ("high", "high"))
        }
        grade = self.said["grade"]["computed"] or "-"
        return self._lines("risk", points=str(round(score["points"])), grade=grade, **shares)

    def _reasons(self, scope: str) -> list[str]:
        signs = {"adverse": "- ", "strength": "+ ", "neutral": "  "}
        found = [each for each in self.said["reasons"] if each["scope"] == scope]
        told = [line for each in found for line in wrapped(each["text"], signs[each["direction"]])]
        return [self._words(scope), *told] if told else []
