"""Texts of letters and notes: what a buyer may read of its own facts, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Mapping

from credit.locales import Words

__all__ = ["EXTERNAL_REASONS", "LETTER", "SILENT_FEATURES", "SILENT_GROUPS"]

EXTERNAL_REASONS: Mapping[str, Words] = {
    "INSOLVENT": Words("An insolvency of your company is on record.", "贵公司已有破产或清算记录。"),
    "IN_DEFAULT": Words(
        "{overdue_amount:money} is overdue, a material sum for {days_material_overdue:days}.",
        "逾期金额{overdue_amount:money}，重大逾期已持续{days_material_overdue:days}。",
    ),
    "IN_CURE": Words(
        "A material sum was overdue for {default_days:days} or more within the last months.",
        "近期曾有重大逾期，持续{default_days:days}或以上。",
    ),
    "OVD_BLOCK": Words(
        "A material sum has been overdue for {days_material_overdue:days}; {overdue_amount:money} is overdue "
        "now.",
        "重大逾期已持续{days_material_overdue:days}；当前逾期金额{overdue_amount:money}。",
    ),
    "LIM_UNSAID": Words(
        "What we know of your company is not enough to set a limit.", "我方掌握的信息不足以核定额度。"
    ),
    "LIM_CAP": Words(
        "Your accounts of {accounts_year:year} show tangible net worth of {tangible_net_worth:money}, "
        "working capital of {working_capital:money} and trade payables of {accounts_payable:money}.",
        "贵公司{accounts_year:year}年报显示有形净资产{tangible_net_worth:money}，"
        "营运资金{working_capital:money}，应付账款{accounts_payable:money}。",
    ),
    "NEG_EQUITY": Words(
        "Your accounts of {accounts_year:year} show negative equity of {equity:money}.",
        "贵公司{accounts_year:year}年报显示净资产为负：{equity:money}。",
    ),
    "LIM_RECORD": Words(
        "Without usable accounts the amount rests on your payments to us; your highest balance in a year was "
        "{high_credit_365d:money}.",
        "因无可用财务报表，额度依据贵公司对我方的付款记录；近一年最高余额为{high_credit_365d:money}。",
    ),
    "LIM_PEERS": Words(
        "We know neither accounts nor payments of your company.", "我方既无贵公司财务报表，亦无其付款记录。"
    ),
    "LIM_CONC": Words(
        "The amount is limited by how much one customer may owe us.", "额度受我方单一客户欠款上限限制。"
    ),
    "LIM_CONC_EQUITY": Words(
        "The amount is limited by how much one customer may owe us.", "额度受我方单一客户欠款上限限制。"
    ),
    "LIM_GROUP": Words(
        "The amount is limited by how much one group of companies may owe us.",
        "额度受我方单一集团欠款上限限制。",
    ),
    "LIM_INSURED": Words(
        "The amount is limited by the cover that our credit insurer gives.",
        "额度受我方信用保险承保范围限制。",
    ),
    "LIM_BANK": Words("The amount is limited by what our bank finances.", "额度受我方银行融资范围限制。"),
    "ORDER_OVER": Words(
        "The order of {request_amount:money} is above the {headroom:money} that is left of the limit.",
        "订单金额{request_amount:money}超过剩余额度{headroom:money}。",
    ),
    "DATA_ACCOUNTS_MISSING": Words(
        "We have no financial statements of your company.", "我方没有贵公司的财务报表。"
    ),
    "DATA_ACCOUNTS_STALE": Words(
        "The latest financial statements that we have are {statement_age_days:days} old.",
        "我方掌握的最近财务报表已有{statement_age_days:days}。",
    ),
    "DATA_ACCOUNTS_UNUSABLE": Words(
        "The latest financial statements that we have are {statement_age_days:days} old, too old to rest a "
        "limit on.",
        "我方掌握的最近财务报表已有{statement_age_days:days}，过旧，不能用于核定额度。",
    ),
    "DATA_PAYMENTS_MISSING": Words(
        "We have no record of payments of your company.", "我方没有贵公司的付款记录。"
    ),
}
"""What a buyer reads of a decision's reason, of its own facts alone; a code that is not here is not told.

Not told is the expected-loss budget: it is no specific reason. The reasons of the score behind it are."""

SILENT_GROUPS = ("external", "book", "classic_scores")
"""Groups whose figures are others' or are scores themselves."""

SILENT_FEATURES = (
    "population_default_rate",
    "external_pd",
    "mean_days_late_vs_industry_90d",
    "mean_days_late_vs_book_90d",
)
"""Features that tell of others."""

LETTER: Mapping[str, Words] = {
    "draft": Words("DRAFT: to be checked and signed by a person.", "草稿：须经人工核对并签署。"),
    "subject": Words("Credit limit, customer {buyer}", "关于信用额度（客户编号：{buyer}）"),
    "greeting": Words("Dear Sir or Madam,", "尊敬的客户："),
    "limit": Words(
        "Having looked at what we know up to {day}, we can offer you a credit limit of {amount}.",
        "根据截至{day}的已知信息，我方可给予贵公司信用额度{amount}。",
    ),
    "no_limit": Words(
        "Having looked at what we know up to {day}, we cannot offer you deliveries on open account.",
        "根据截至{day}的已知信息，我方目前无法给予贵公司赊销额度。",
    ),
    "run_down": Words(
        "You owe us {exposure} at present, which is more; further deliveries on open account wait until it "
        "is below the limit.",
        "贵公司目前欠款{exposure}，已超过该额度；在降至额度以内之前，暂不再赊销发货。",
    ),
    "hold": Words(
        "Deliveries on open account wait until what is overdue is paid.", "在逾期款付清之前，暂不赊销发货。"
    ),
    "asked": Words("You asked for {amount}.", "贵公司申请：{amount}。"),
    "reasons": Words("The principal reasons are:", "主要原因如下："),
    "correct": Words(
        "If one of these facts is wrong or out of date, please tell us, and we shall look again.",
        "如上述事实有误或已过时，请告知我方，我方将重新评估。",
    ),
    "figure": Words("{figure}: {value}.", "{figure}：{value}。"),
    "together": Words("{label}: several figures together.", "{label}：多项指标综合影响。"),
    "missing": Words("We know nothing of this: {label}.", "我方缺少以下信息：{label}。"),
    "closing": Words("Yours faithfully,", "此致"),
    "note": Words("Internal credit note, buyer {buyer}, {day}", "内部信用意见：买方{buyer}，{day}"),
    "suggested": Words(
        "Suggested limit {amount} (bound by: {binding}); {action}.",
        "建议额度{amount}（限制因素：{binding}）；{action}。",
    ),
    "no_suggestion": Words("No limit can be suggested: {why}; {action}.", "无法建议额度：{why}；{action}。"),
    "owed": Words(
        "Exposure {exposure}, of it overdue {overdue}; headroom {headroom}.",
        "敞口{exposure}，其中逾期{overdue}；可用额度{headroom}。",
    ),
    "risk": Words(
        "Probability of default {pd} ({low} - {high}), score {points} (more is safer), grade {grade}.",
        "违约概率{pd}（{low} - {high}），评分{points}（越高越安全），等级{grade}。",
    ),
    "no_risk": Words("Probability of default: cannot say, {why}.", "违约概率：无法判断，{why}。"),
    "decision": Words("Reasons of the decision", "决定的理由"),
    "score": Words("Reasons of the score", "评分的理由"),
    "sign": Words(
        "Decided: ______________  Name: ______________  Date: ______________",
        "决定：______________  姓名：______________  日期：______________",
    ),
    "suggestion": Words("A suggestion; a person decides.", "以上为建议，最终由信用人员决定。"),
}
"""Everything else of a letter or a note."""
