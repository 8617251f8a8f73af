"""The words of the page, in English and Chinese."""

from __future__ import annotations

from typing import Literal

__all__ = ["WORDS", "Language", "words_of"]

Language = Literal["en", "zh"]

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Portfolio of {seller}", "{seller} 应收账款概况"),
    "books": (
        "Books from {start} to {end}. Judged are the facts in force on the last day.",
        "账簿期间：{start} 至 {end}。以期末有效的记录为准。",
    ),
    "contents": ("Counts", "数据量"),
    "table": ("table", "数据表"),
    "rows": ("rows", "行数"),
    "knowledge": ("knowledge time", "入账时间"),
    "given": ("given", "来源提供"),
    "assumed": ("assumed", "推定"),
    "repeated": ("repeated rows", "重复行"),
    "buyers_named": ("{count} buyers are named in these tables.", "上述各表共涉及 {count} 家客户。"),
    "no_ledger": (
        "There are no invoices: nothing can be said of ageing, payment and seasons.",
        "没有发票数据，无法分析账龄、付款行为与季节性。",
    ),
    "ageing": ("Ageing of the open ledger", "未清应收账龄"),
    "ageing_note": (
        "Days past due on {end}, by due date. Credits are open credit memos, prepayments and "
        "money not matched; "
        "the columns add up to the open ledger.",
        "截至 {end} 的逾期天数，按到期日计算。“贷项”为未清贷项通知单、预收款及未匹配的收款；"
        "各列合计等于未清应收总额。",
    ),
    "not_due": ("not due", "未到期"),
    "over_180": ("over 180", "180 以上"),
    "credits": ("credits", "贷项"),
    "open": ("open", "未清合计"),
    "open_items": ("open items", "未清款项"),
    "currency": ("currency", "币种"),
    "behaviour": ("Payment behaviour", "付款行为"),
    "days_late": ("Days late of paid items (negative: early)", "已付款项的逾期天数（负数为提前）"),
    "days_late_note": (
        "Items paid in full: {count}, by the day of the last payment. Open and written-off items "
        "are not in this plot.",
        "共 {count} 笔已全额付清，以最后一次付款日计算；未清与坏账核销款项不在此图中。",
    ),
    "late_by_month": ("Share paid late, by month of the due date", "逾期付款占比（按到期月份）"),
    "late_note": (
        "By number of items. Late: paid after the due date, still open then, or written off. An "
        "item counts once its "
        "outcome can be known, so that the last months are not flattered.",
        "按笔数计算。逾期：到期后付款、到期后仍未清，或已作坏账核销。只统计结果已可判定的款项，"
        "因此最近几个月不会虚低。",
    ),
    "any_late": ("late by a day or more", "逾期 1 天以上"),
    "late_30": ("late by more than 30 days", "逾期 30 天以上"),
    "up_to": ("up to {number}", "≤ {number}"),
    "above": ("above {number}", "> {number}"),
    "range": ("{low}…{high}", "{low}…{high}"),
    "terms": ("Terms", "付款账期"),
    "terms_note": (
        "Days from issue to due date, number of items; the last column is every other term.",
        "开票日至到期日的天数及笔数；最后一列为其余账期。",
    ),
    "others": ("others", "其他"),
    "activity": ("Months", "月度数据量"),
    "activity_note": (
        "A month is suspicious where its count is more than 5 spreads from the median of up to "
        "three months on "
        "either side (logarithms; spread: 1.4826 times the median absolute deviation, at least "
        "0.1 and what "
        "chance does to small counts). Gaps are months without a row.",
        "若某月数据量与前后各三个月中位数的偏离超过 5 倍离散度（取对数；离散度为 1.4826 × "
        "绝对中位差，不低于 0.1 及小样本的随机波动），即标为可疑。"
        "“缺口”为没有任何记录的月份。",
    ),
    "remark_gap": ("months without a row: {months}", "无记录的月份：{months}"),
    "remark_suspicious": ("suspicious months: {months}", "可疑月份：{months}"),
    "remark_incomplete": ("the last month is incomplete: {months}", "最后一个月不完整：{months}"),
    "remark_none": ("no gaps, no suspicious months", "没有缺口，也没有可疑月份"),
    "seasons": ("Seasons: month and weekday", "季节性：月份与星期"),
    "seasons_invoices": ("Invoices issued", "开票笔数"),
    "seasons_allocations": ("Allocations by day of settlement", "核销笔数（按结算日）"),
    "invoices": ("invoices", "发票"),
    "allocations": ("allocations", "核销记录"),
    "orders": ("orders", "订单"),
    "buyers": ("buyers", "客户"),
    "disputes": ("disputes", "争议"),
    "statements": ("statements", "财务报表"),
    "events": ("events", "外部事件"),
    "limits": ("limits", "信用额度"),
    "securities": ("securities", "担保"),
    "attributes": ("attributes", "外部指标"),
    "balances": ("balances", "对账余额"),
    "fx": ("fx", "汇率"),
    "weekdays": ("Mon Tue Wed Thu Fri Sat Sun", "周一 周二 周三 周四 周五 周六 周日"),
    "months": (
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    ),
    "concentration": ("Concentration", "集中度"),
    "concentration_note": (
        "Open {currency} items: the largest buyer owes {top_1}, the ten largest {top_10}; HHI "
        "{hhi} (1 is one buyer).",
        "未清 {currency} 款项：最大客户占 {top_1}，前十大客户合计占 {top_10}；HHI 为 {hhi}（1 "
        "表示只有一家客户）。",
    ),
    "nothing_open": ("Nothing is open.", "没有未清款项。"),
    "buyer": ("buyer", "客户编码"),
    "name": ("name", "客户名称"),
    "overdue": ("overdue", "已逾期"),
    "share": ("share", "占比"),
    "currencies": ("Currencies", "币种"),
    "items": ("items", "笔数"),
    "amount": ("invoiced", "开票金额"),
    "identifiers": ("Registration numbers", "登记号码"),
    "scheme": ("scheme", "编码体系"),
    "status": ("check", "校验结果"),
    "number_of_buyers": ("buyers", "客户数"),
    "status_valid": ("check digits right", "校验位正确"),
    "status_form_only": ("form right; the scheme has no check digit", "格式正确（该体系无校验位）"),
    "status_invalid": ("cannot exist", "号码错误"),
    "status_unknown_scheme": ("unknown scheme, not checked", "体系未知，未校验"),
    "status_none": ("no number", "无号码"),
    "persons": (
        "{marked} buyers are marked as natural persons; {unmarked} more are sole traders by "
        "their code (USCC 92).",
        "{marked} 家客户已标记为自然人；另有 {unmarked} 家按统一社会信用代码（92 "
        "开头）属于个体工商户但未标记。",
    ),
    "proposals": (
        "May be another buyer under a second id: {sure} surely, {likely} likely, {possible} possibly, "
        "{doubtful} doubtfully (`credence data duplicates` lists them).",
        "可能重复建档的客户：确定 {sure} 家，很可能 {likely} 家，可能 {possible} 家，存疑 {doubtful} 家"
        "（可用 credence data duplicates 列出）。",
    ),
    "reconciliation": ("Reconciliation", "对账"),
    "reconciliation_note": (
        "Opening balance plus invoices less allocations, from {start} to {end}, all accounts.",
        "期初余额加开票减核销，期间 {start} 至 {end}，全部账户合计。",
    ),
    "opening": ("opening", "期初余额"),
    "invoiced": ("+ invoices", "＋开票"),
    "closed": ("- allocations", "－核销"),
    "closing": ("= closing", "＝期末余额"),
    "accounts": ("accounts", "账户数"),
    "control_figures": ("control figures", "控制数"),
    "figures_that_differ": ("differ", "不符"),
    "state_none": ("Not reconciled: no control figure.", "未对账：没有控制数。"),
    "state_import": (
        "The import reconciled {compared} control figures; {differ} differ.",
        "导入时已核对 {compared} 个控制数，其中 {differ} 个不符。",
    ),
    "state_differs": (
        "{failed} of {compared} control figures differ.",
        "{compared} 个控制数中有 {failed} 个不符。",
    ),
    "state_reconciled": ("All {compared} control figures agree.", "全部 {compared} 个控制数相符。"),
}
"""By key the English and the Chinese text."""


def words_of(language: Language) -> dict[str, str]:
    """Return the texts of one language by key."""
    place = {"en": 0, "zh": 1}[language]
    return {key: texts[place] for key, texts in WORDS.items()}
