"""The page for people: its files, and every word that it shows in each language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from credit.change_texts import CHANGE_STATUSES
from credit.locales import LANGUAGES, Words
from credit.offer_texts import ALTERNATIVES
from credit.texts import ACTIONS, CANDIDATES, QUIET_STATUSES, STATES, STATUSES
from features.catalog import FEATURES, GROUPS

__all__ = ["ASSETS", "asset", "words"]

ASSETS: Mapping[str, str] = {
    "/": "index.html",
    "/page.css": "page.css",
    "/page.js": "page.js",
    "/show.js": "show.js",
    "/icon.svg": "icon.svg",
}
"""Files of the page by their address."""

_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}

_PAGE: Mapping[str, Words] = {
    "title": Words("Credit assessment", "信用评估"),
    "question": Words("How much may this buyer owe us, and why?", "该买方最多可欠我方多少，为什么？"),
    "suggestion": Words(
        "A suggestion from what was known at the time shown; a person decides.",
        "以上为依据所示时点已知信息给出的建议，最终由信用人员决定。",
    ),
    "colon": Words(": ", "："),
    "models": Words("Models", "模型"),
    "validation": Words("Validation reports", "模型验证报告"),
    "release": Words("Release", "发布版本"),
    "books_until": Words("Books until", "账簿截至"),
    "seller": Words("Seller", "卖方"),
    "buyers": Words("Buyers", "买方数"),
    "not_ready": Words("Not ready", "尚未就绪"),
    "key": Words("Key", "访问密钥"),
    "sign_in": Words("Sign in", "登录"),
    "sign_out": Words("Sign out", "退出"),
    "key_wanted": Words(
        "Sign in with a key of this service. It is forgotten when this tab is closed.",
        "请用本服务的访问密钥登录。关闭此标签页后即清除。",
    ),
    "key_wrong": Words(
        "This key does not open the service: it is mistyped, expired or revoked.",
        "该密钥无效：输入有误、已过期或已撤销。",
    ),
    "language": Words("Language", "语言"),
    "buyer": Words("Buyer", "买方"),
    "as_of": Words(
        "As of (default: now; the end of the books if over 7 days ago)",
        "评估日期（默认：当前；账簿截止已逾 7 天时为账簿截止日）",
    ),
    "amount": Words("Order amount (optional)", "订单金额（可选）"),
    "currency": Words("Currency", "币种"),
    "terms_days": Words("Payment terms, days", "账期（天）"),
    "assess": Words("Assess", "评估"),
    "assessing": Words("Assessing…", "评估中…"),
    "known": Words("Known", "已知信息"),
    "request": Words("Request", "申请"),
    "usual": Words("Usual invoice (assumed)", "常规发票（假定）"),
    "limit": Words("Suggested limit", "建议额度"),
    "bound": Words("bound by", "限制因素"),
    "exposure": Words("Exposure", "当前敞口"),
    "overdue": Words("Overdue", "其中逾期"),
    "oldest": Words("oldest item past due", "最久逾期"),
    "headroom": Words("Headroom", "可用额度"),
    "action": Words("Action", "处理建议"),
    "valid": Words("Valid until", "有效期至"),
    "default": Words("Probability of default", "违约概率"),
    "late": Words("Probability of delay", "逾期概率"),
    "timing": Words("Expected payment", "预计付款日"),
    "paid_by": Words("Paid by then", "届时已付款"),
    "between": Words("between", "概率区间"),
    "from_on": Words("not before", "概率不早于"),
    "due": Words("due", "到期日"),
    "usual_due": Words("due by usual terms", "按惯常账期到期日"),
    "within": Words("within", "期限"),
    "at_due": Words("at the due date", "到期日"),
    "prior": Words("prior knowledge", "先验占比"),
    "interval": Words("interval", "区间"),
    "score": Words("Score", "评分"),
    "grade": Words("Grade", "等级"),
    "from_late": Words("by the late-payment model", "依据逾期模型"),
    "loss": Words("Expected loss on exposure", "敞口预期损失"),
    "unsaid": Words("cannot say", "无法判断"),
    "reasons": Words("Reasons", "理由"),
    "adverse": Words("against", "不利"),
    "strength": Words("in favour", "有利"),
    "neutral": Words("note", "说明"),
    "points": Words("points", "分"),
    "candidates": Words("How the limit comes about: the smallest binds", "额度测算：取最小者"),
    "candidate": Words("Candidate", "项目"),
    "sum": Words("Amount", "金额"),
    "reported": Words("told only", "仅供参考"),
    "referral": Words("a person may lift it", "可由上级放宽"),
    "bills_amount": Words("of it in bills", "其中票据"),
    "secured_amount": Words("of it secured", "其中有担保"),
    "open_orders_amount": Words("open orders beside it", "敞口之外未交付订单"),
    "group_others_exposure": Words("others of its group owe", "同集团其他买方欠款"),
    "offers": Words("Terms and offers", "账期与替代方案"),
    "offer": Words("Offer", "方案"),
    "exposure_column": Words("Exposure", "敞口"),
    "unsecured_exposure": Words("Unsecured", "无担保"),
    "cost_to_buyer": Words("Cost to buyer", "买方成本"),
    "cost_to_seller": Words("Cost to us", "我方成本"),
    "yearly_profit": Words("Profit a year", "年利润"),
    "not_enough": Words("the limit still does not bear all purchases", "额度仍不能满足全部采购"),
    "more": Words("More", "更多"),
    "since": Words("What changed since", "与该日相比的变化"),
    "raises": Words("What would raise the limit", "如何提高额度"),
    "changes": Words("What changed since", "变化，自"),
    "model_change": Words("Change of the model", "模型变更"),
    "peers": Words("Beside peers", "与同类比较"),
    "no_peers": Words("The model keeps no means of peers.", "模型未保存同类均值。"),
    "group": Words("Group", "类别"),
    "own": Words("Own", "自身"),
    "mean": Words("Peers", "同类平均"),
    "difference": Words("Difference", "差异"),
    "percentile": Words("Percentile (more is safer)", "百分位（越高越安全）"),
    "of_book": Words("among our buyers", "（我方买方中）"),
    "of_reference": Words("among those the model learned from", "（模型训练群体中）"),
    "composition": Words("How the score comes about", "评分构成"),
    "base": Words("Base", "基础分"),
    "warnings": Words("Warnings", "提示"),
    "versions": Words("Versions", "版本"),
    "error": Words("This cannot be answered", "无法回答"),
    "message": Words("What is wrong", "问题"),
    "hint": Words("Next step", "下一步"),
    "buyer_empty": Words("The field is empty: name a buyer.", "该字段为空：请输入买方编号。"),
    "amount_form": Words("Write the amount like 1234.50.", "请按 1234.50 的格式填写金额。"),
    "kind": Words("Kind of request", "申请类型"),
    "due_on": Words("Due date", "到期日"),
    "trace_id": Words("Trace id", "跟踪编号"),
    "unreachable": Words("The service cannot be reached; try again.", "无法连接服务，请重试。"),
    "days": Words("days", "天"),
    "unknown": Words("unknown", "未知"),
    "order": Words("order", "订单"),
    "terms": Words("terms", "账期"),
}


@cache
def asset(name: str) -> tuple[bytes, Mapping[str, str]]:
    """Return a file of the page with the headers that it is answered with.

    Parameters
    ----------
    name : str
        One of the values of `ASSETS`.
    """
    content = files("serving").joinpath("assets", name).read_bytes()
    return content, {**_HEADERS, "Content-Type": f"{_TYPES[name.rpartition('.')[2]]}; charset=utf-8"}


@cache
def words() -> dict[str, dict[str, dict[str, str]]]:
    """Return the words of the page and of assessments: by language, part and code.

    Examples
    --------
    >>> words()["zh"]["page"]["grade"]
    '等级'
    """
    parts = {
        "page": _PAGE,
        "actions": ACTIONS,
        "candidates": CANDIDATES,
        "states": STATES,
        "alternatives": ALTERNATIVES,
        "changes": CHANGE_STATUSES,
        "statuses": STATUSES,
        "quiet": {status: STATUSES[status] for status in QUIET_STATUSES},
        "groups": {name: Words(group.label_en, group.label_zh) for name, group in GROUPS.items()},
        "features": {name: Words(each.label_en, each.label_zh) for name, each in FEATURES.items()},
    }
    return {
        lang: {part: {code: text.of(lang) for code, text in texts.items()} for part, texts in parts.items()}
        for lang in LANGUAGES
    }
