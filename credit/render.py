"""An assessment as one page of plain text, for a credit officer at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from credit.locales import Words, check_language, day_text, value_text
from credit.page_text import WIDTH, padded, text_width, wrapped
from credit.render_changes import change_lines, peer_lines
from credit.render_offers import offer_lines
from credit.render_raises import raise_lines
from credit.rounding import add_up
from credit.texts import ACTIONS, CANDIDATES, QUIET_STATUSES, STATES, status_text
from credit.timing.rows import timing_rows
from features.catalog import GROUPS

__all__ = ["render"]

_LABEL_WIDTH = 28
_AMOUNT_WIDTH = 18

_LABELS = {
    "title": Words("Credit assessment", "信用评估"),
    "known": Words("Known of the buyer", "已知信息"),
    "request": Words("Request", "申请"),
    "usual": Words("Usual invoice (assumed)", "常规发票（假定）"),
    "limit": Words("Suggested limit", "建议额度"),
    "bound": Words("bound by: ", "限制因素："),
    "exposure": Words("Exposure", "当前敞口"),
    "open_orders_amount": Words("Open orders beside it", "未交付订单（敞口之外）"),
    "bills_amount": Words("of it in bills", "其中票据"),
    "group_others_exposure": Words("Others of its group owe", "同集团其他买方欠款"),
    "secured_amount": Words("of it secured", "其中有担保"),
    "reported": Words("told only", "仅供参考"),
    "referral": Words("a person may lift it", "可由上级放宽"),
    "overdue": Words("Overdue", "其中逾期"),
    "oldest": Words("oldest item {days} past due", "最久逾期{days}"),
    "headroom": Words("Headroom", "可用额度"),
    "action": Words("Action", "处理建议"),
    "valid": Words("Valid until", "有效期至"),
    "published": Words("Limit in force", "已发布额度"),
    "published_grade": Words("; grade {grade}", "；等级{grade}"),
    "published_until": Words("reviewed on {day}, valid until {until}", "{day}评审，有效期至{until}"),
    "published_over": Words("reviewed on {day}; nothing is in force", "{day}评审；目前无有效额度"),
    "default": Words("Probability of default", "违约概率"),
    "late": Words("Probability of delay", "逾期概率"),
    "score": Words("Score", "评分"),
    "grade": Words("Grade", "等级"),
    "percentile": Words("Percentile (more is safer)", "百分位（越高越安全）"),
    "of_book": Words("{percent} among our buyers", "我方买方中为{percent}"),
    "of_reference": Words("{percent} among those the model learned from", "模型训练群体中为{percent}"),
    "loss": Words("Expected loss on exposure", "敞口预期损失"),
    "loss_at_default": Words("The same with drawings", "计入额度提用后"),
    "on": Words("on ", "基于"),
    "own_recoveries": Words("; LGD {share} by {cases} own cases", "；违约损失率{share}，依据自身{cases}例"),
    "own_cures": Words("; {share} cure by {cases} own cases", "；恢复率{share}，依据自身{cases}例"),
    "lgd_range": Words("  at an LGD of {ends}", "  违约损失率{ends}时"),
    "unsaid": Words("cannot say: ", "无法判断："),
    "candidates": Words("How the limit comes about (the smallest binds)", "额度测算（取最小者）"),
    "reasons": Words("Reasons", "理由"),
    "points": Words("How the score comes about", "评分构成"),
    "base": Words("Base", "基础分"),
    "notes": Words("Warning: ", "提示："),
    "interval": Words("{low} - {high}; {definition}, {days}", "{low} - {high}；{definition}，{days}"),
    "comma": Words(", ", "，"),
    "at_due": Words("at the due date", "到期日"),
    "prior": Words("; prior knowledge {share}", "；先验占比{share}"),
    "from_late": Words("by the late-payment model", "依据逾期模型"),
    "suggestion": Words(
        "This is a suggestion from the facts known at the time above; a person decides.",
        "以上为依据所示时点已知信息给出的建议，最终由信用人员决定。",
    ),
}
_KINDS = {
    "order": Words("order", "订单"),
    "limit": Words("limit", "额度"),
    "terms": Words("terms", "账期"),
}


def render(assessment: Mapping[str, Any], lang: str) -> str:
    """Return an assessment as plain text.

    Parameters
    ----------
    assessment : mapping
        As `credit.assess.assess` gives it, in the same language (reasons carry their text).
    lang : {"en", "zh"}

    Returns
    -------
    str
        Lines of about 100 columns. Score points are integers that add up to the score shown.

    Raises
    ------
    InputError
        A language without texts.
    """
    check_language(lang)
    page = _Page(assessment, lang)
    blocks = [
        page.head(),
        page.notes(),
        page.summary(),
        page.candidates(),
        page.offers(),
        page.raises(),
        page.reasons(),
        page.points(),
        page.peers(),
        page.changes(),
    ]
    text = "\n\n".join("\n".join(lines) for lines in blocks if lines)
    return f"{text}\n\n{page.label('suggestion')}\n"


class _Page:
    def __init__(self, assessment: Mapping[str, Any], lang: str) -> None:
        self.said, self.lang = assessment, lang
        self.currency = str(assessment["limit"]["currency"])

    def label(self, key: str) -> str:
        return _LABELS[key].of(self.lang)

    def head(self) -> list[str]:
        moment = str(self.said["as_of"]).replace("T", " ").replace("Z", " UTC")
        title = f"{self.label('title')}  {self.said['buyer_id']}"
        gap = WIDTH - text_width(title) - text_width(moment)
        return [title + " " * max(2, gap) + moment, "=" * WIDTH]

    def summary(self) -> list[str]:
        limit, state = self.said["limit"], str(self.said["information_state"])
        rows = [
            (self.label("known"), STATES[state].of(self.lang)),
            *self._request(),
            (self.label("limit"), self._limit()),
            (self.label("exposure"), self._text(limit["exposure"], "money")),
            *self._beside_exposure(),
            (self.label("overdue"), self._overdue()),
            (self.label("headroom"), self._text(limit["headroom"], "money")),
            (self.label("action"), ACTIONS[limit["action"]].of(self.lang)),
            *self._valid(),
            *self._published(),
            (self.label("default"), self._probability("default")),
            (self.label("late"), self._probability("late")),
            *timing_rows(self.said["timing"], self.lang),
            (self.label("score"), self._score()),
            (self.label("grade"), self.said["grade"]["computed"] or "-"),
            *self._percentile(),
            (self.label("loss"), self._loss()),
            *self._loss_at_default(),
        ]
        return [line for label, value in rows for line in wrapped(value, padded(label, _LABEL_WIDTH))]

    def candidates(self) -> list[str]:
        limit = self.said["limit"]
        lines = [self.label("candidates"), "-" * WIDTH]
        for each in filter(self._is_shown, limit["candidates"]):
            mark = "> " if each["code"] == limit["binding"] else "  "
            name = padded(CANDIDATES[each["code"]].of(self.lang), _LABEL_WIDTH - 2)
            if each["status"] == "ok":
                amount = self._text(each["amount"], "money").rjust(_AMOUNT_WIDTH)
                lines.append(mark + name + amount + self._role(each["role"]))
            else:
                lines.append(mark + name + "-".rjust(_AMOUNT_WIDTH) + f"  {self._why(each['status'])}")
        return lines

    def _is_shown(self, candidate: Mapping[str, Any]) -> bool:
        """Leave out what most buyers lack, and what is told only unless it would have cut the limit."""
        if candidate["role"] != "reported":
            return candidate["status"] not in QUIET_STATUSES
        limit = self.said["limit"]["amount"]
        return candidate["status"] == "ok" and limit is not None and bool(candidate["amount"] < limit)

    def offers(self) -> list[str]:
        if self.said["offers"] is None:
            return []
        return offer_lines(self.said["terms"], self.said["offers"], self.lang)

    def reasons(self) -> list[str]:
        lines = [self.label("reasons"), "-" * WIDTH]
        shown = {str(each["group"]).upper(): points for each, points in self._shown_groups()}
        for each in self.said["reasons"]:
            points = "" if each["points"] is None else f"{self._shown_points(each, shown):+d}"
            sign = {"adverse": "-", "strength": "+", "neutral": " "}[each["direction"]]
            lines += wrapped(each["text"], f"{sign} {points:>5}  ")
        return lines if len(lines) > 2 else []

    def _shown_points(self, reason: Mapping[str, Any], shown: Mapping[str, int]) -> int:
        """Return a group's integer points; an adverse part is no group and has its own."""
        return shown.get(reason["code"].removesuffix("_MISSING"), round(reason["points"]))

    def points(self) -> list[str]:
        score = self.said["score"]
        if score["points"] is None:
            return []
        total, groups = round(score["points"]), list(self._shown_groups())
        rows = [
            (self.label("base"), str(total - sum(points for _, points in groups))),
            *((self._group(each["group"]), f"{points:+d}") for each, points in groups),
            (self.label("score"), str(total)),
        ]
        lines = [padded(label, _LABEL_WIDTH) + text.rjust(_AMOUNT_WIDTH) for label, text in rows]
        return [self.label("points"), "-" * WIDTH, *lines]

    def raises(self) -> list[str]:
        raises = self.said["raises"]
        return [] if raises is None else raise_lines(raises, self.lang)

    def peers(self) -> list[str]:
        peers = self.said["score"]["peers"]
        return [] if peers is None else peer_lines(peers, self.lang)

    def changes(self) -> list[str]:
        changes = self.said["changes"]
        return [] if changes is None else change_lines(changes, self.currency, self.lang)

    def notes(self) -> list[str]:
        texts = [self.label("notes") + each["text"] for each in self.said["warnings"]]
        return [line for text in texts for line in wrapped(text, "! ")]

    def _shown_groups(self) -> Iterable[tuple[Mapping[str, Any], int]]:
        """Pair each group with its integer points: with the base they add up to the score."""
        score = self.said["score"]
        if score["points"] is None:
            return ()
        parts = [score["base"], *(each["points"] for each in score["groups"])]
        return zip(score["groups"], add_up(parts, round(score["points"]))[1:], strict=True)

    def _request(self) -> Iterable[tuple[str, str]]:
        request = self.said["request"]
        if request is None:
            return
        label = self.label("usual" if request["assumed"] else "request")
        parts = [] if request["assumed"] else [_KINDS[request["kind"]].of(self.lang)]
        if request["amount"] is not None:
            parts.append(value_text(request["amount"], "money", self.lang, request["currency"]))
        if request["terms_days"] is not None:
            parts.append(value_text(request["terms_days"], "days", self.lang))
        if request["due_on"] is not None:
            parts.append(day_text(date.fromisoformat(request["due_on"]), self.lang))
        yield label, self.label("comma").join(parts)

    def _limit(self) -> str:
        limit = self.said["limit"]
        if limit["status"] != "ok":
            return self.label("unsaid") + self._why(limit["status"])
        binding = CANDIDATES[limit["binding"]].of(self.lang)
        return f"{self._text(limit['amount'], 'money')}  ({self.label('bound')}{binding})"

    def _role(self, role: str) -> str:
        return f"  ({self.label(role)})" if role in ("reported", "referral") else ""

    def _beside_exposure(self) -> Iterable[tuple[str, str]]:
        """Tell parts of the exposure, and what stands beside it, where there is any."""
        limit = self.said["limit"]
        known = {**limit["exposure_parts"], "secured_amount": limit["secured_amount"]}
        for name in ("bills_amount", "secured_amount", "open_orders_amount", "group_others_exposure"):
            if known[name]:
                yield self.label(name), self._text(known[name], "money")

    def _overdue(self) -> str:
        limit = self.said["limit"]
        amount, days = limit["overdue_amount"], limit["oldest_open_days_past_due"]
        if not amount or days is None:
            return self._text(amount, "money")
        oldest = self.label("oldest").format(days=self._text(days, "days"))
        return f"{self._text(amount, 'money')}  ({oldest})"

    def _valid(self) -> Iterable[tuple[str, str]]:
        until = self.said["limit"]["valid_until"]
        if until is not None:
            yield self.label("valid"), day_text(date.fromisoformat(until), self.lang)

    def _published(self) -> Iterable[tuple[str, str]]:
        """Tell what is in force, where somebody keeps it."""
        told = self.said["limit"].get("published")
        if told is None:
            return
        days = {
            name: "-" if told[key] is None else day_text(date.fromisoformat(told[key]), self.lang)
            for name, key in (("day", "reviewed_on"), ("until", "valid_until"))
        }
        text = self.label("published_until" if told["is_in_force"] else "published_over").format(**days)
        if told["is_in_force"] and told["grade"] is not None:
            text += self.label("published_grade").format(grade=told["grade"])
        amount = self._text(told["amount"], "money") if told["is_in_force"] else "-"
        yield self.label("published"), f"{amount}  ({text})"

    def _probability(self, model: str) -> str:
        said = self.said[model]
        if said["status"] != "ok":
            return self.label("unsaid") + self._why(said["status"])
        low, high = self._text(said["low"], "share"), self._text(said["high"], "share")
        days = self._text(said["horizon_days"], "days") if said["horizon_days"] else self.label("at_due")
        told = self.label("interval").format(low=low, high=high, definition=said["definition"], days=days)
        if said["prior_weight"]:
            told += self.label("prior").format(share=self._text(said["prior_weight"], "share"))
        return f"{self._text(said['probability'], 'share')}  ({told})"

    def _score(self) -> str:
        score = self.said["score"]
        if score["points"] is None:
            return "-"
        by_late = f"  ({self.label('from_late')})" if score["source"] == "late" else ""
        return f"{round(score['points'])}{by_late}"

    def _percentile(self) -> Iterable[tuple[str, str]]:
        grade = self.said["grade"]
        known = (("of_book", grade["percentile"]), ("of_reference", grade["percentile_of_reference"]))
        told = [self.label(key).format(percent=round(each)) for key, each in known if each is not None]
        if told:
            yield self.label("percentile"), self.label("comma").join(told)

    def _loss(self) -> str:
        loss = self.said["expected_loss"]
        return "-" if loss["on_exposure"] is None else self._text(loss["on_exposure"], "money")

    def _loss_at_default(self) -> Iterable[tuple[str, str]]:
        """Tell what a default would cost where the buyer draws on its limit, and what the assumptions do."""
        loss = self.said["expected_loss"]
        if loss["at_default"] is None or loss["at_default"] == loss["on_exposure"]:
            return
        lgd = next(each for each in loss["assumptions"] if each["name"] == "lgd")
        told = self.label("on") + self._text(loss["exposure_at_default"], "money")
        if loss["lgd_from"] == "own_recoveries":
            share, cases = self._text(lgd["value"], "share"), self._text(loss["lgd_cases"], "count")
            told += self.label("own_recoveries").format(share=share, cases=cases)
        if loss["cure_from"] == "own_cures":
            share, cases = self._text(loss["cure_rate"], "share"), self._text(loss["cure_cases"], "count")
            told += self.label("own_cures").format(share=share, cases=cases)
        yield self.label("loss_at_default"), f"{self._text(loss['at_default'], 'money')}  ({told})"
        if lgd["low"] is not None:
            ends = [self._text(lgd[end], "share") for end in ("low", "high")]
            losses = [self._text(lgd[end], "money") for end in ("loss_at_low", "loss_at_high")]
            yield self.label("lgd_range").format(ends=" - ".join(ends)), " - ".join(losses)

    def _group(self, group: str) -> str:
        if group not in GROUPS:
            return group
        return GROUPS[group].label_zh if self.lang == "zh" else GROUPS[group].label_en

    def _why(self, status: str) -> str:
        return status_text(status, self.lang)

    def _text(self, value: float | None, unit: str) -> str:
        return value_text(value, unit, self.lang, self.currency)
