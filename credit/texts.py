"""Every text of an assessment as data, in each language: reasons, statuses, candidates, actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from credit.locales import Words

__all__ = [
    "ACTIONS",
    "BASES",
    "CANDIDATES",
    "DECISIONS",
    "GROUP_TEXTS",
    "QUIET_STATUSES",
    "STATES",
    "STATUSES",
    "WARNINGS",
    "DecisionText",
    "Direction",
    "status_text",
]

Direction = Literal["adverse", "strength", "neutral"]


@dataclass(frozen=True)
class DecisionText:
    """Direction and template of a decision's reason; places are ``{fact:unit}``."""

    direction: Direction
    words: Words


def _adverse(en: str, zh: str) -> DecisionText:
    return DecisionText("adverse", Words(en, zh))


def _neutral(en: str, zh: str) -> DecisionText:
    return DecisionText("neutral", Words(en, zh))


DECISIONS = {
    "INSOLVENT": _adverse("An insolvency is on record: nothing on credit.", "已有破产或清算记录：不予赊销。"),
    "IN_DEFAULT": _adverse(
        "In default now: {overdue_amount:money} is overdue, a material sum for {days_material_overdue:days}.",
        "目前已违约：逾期金额{overdue_amount:money}，重大逾期已持续{days_material_overdue:days}。",
    ),
    "IN_CURE": _adverse(
        "In default: arrears above the thresholds lasted {default_days:days} or more within the last months; "
        "it counts as cured after {cure_days:days} without them.",
        "已违约：近期超过重要性门槛的逾期曾持续{default_days:days}或以上；连续{cure_days:days}无此类逾期后方视为恢复。",
    ),
    "OVD_BLOCK": _adverse(
        "A material sum has been overdue for {days_material_overdue:days}; deliveries are held from "
        "{blocking_days:days}. {overdue_amount:money} is overdue now.",
        "重大逾期已持续{days_material_overdue:days}，达到{blocking_days:days}即暂停发货。"
        "当前逾期金额{overdue_amount:money}。",
    ),
    "LIM_UNSAID": _adverse("No limit can be suggested: {why}.", "无法建议额度：{why}。"),
    "PD_UNSAID": _adverse("No probability of default: {why}.", "无法给出违约概率：{why}。"),
    "LIM_NEED": _neutral(
        "The limit covers the usual need, which rests on purchases of {yearly_purchases:money} a year at "
        "terms of {terms_days:days} and {tolerance_days:days} of tolerance, busiest month "
        "{peak_factor:ratio} times the average.",
        "额度满足常规需求，其依据为：年采购额{yearly_purchases:money}，账期{terms_days:days}，宽限{tolerance_days:days}，"
        "旺季为月均的{peak_factor:ratio}倍。",
    ),
    "LIM_NEED_REQUEST": _neutral(
        "The limit covers what is asked for: {amount:money}.", "额度满足本次申请所需：{amount:money}。"
    ),
    "LIM_REQ": _neutral("The limit is the one requested, {amount:money}.", "额度为所申请的{amount:money}。"),
    "LIM_CAP": _adverse(
        "Limit capped by what the buyer can carry, {amount:money}: "
        "tangible net worth {tangible_net_worth:money}, working capital {working_capital:money}, "
        "trade payables {accounts_payable:money} ({accounts_year:year} accounts); estimates from "
        "{lowest_estimate:money} to {highest_estimate:money}.",
        "受买方承受能力限制，{amount:money}：有形净资产{tangible_net_worth:money}，营运资金{working_capital:money}，"
        "应付账款{accounts_payable:money}（{accounts_year:year}年报）；各项估计为{lowest_estimate:money}至"
        "{highest_estimate:money}。",
    ),
    "NEG_EQUITY": _adverse(
        "Equity is negative, {equity:money} ({accounts_year:year} accounts): no capacity of its own.",
        "净资产为负，{equity:money}（{accounts_year:year}年报）：自身无承受能力。",
    ),
    "LIM_RECORD": _adverse(
        "Without usable accounts the limit rests on the payment record, {amount:money}: "
        "{share_of_high_credit:share} of the highest balance in a year, {high_credit_365d:money} (what "
        "payment on the due day would have left), at most the usual {usual_balance:money}, and never above "
        "{cap:money}.",
        "无可用财务报表，额度仅依据付款记录，{amount:money}：近一年最高余额{high_credit_365d:money}的"
        "{share_of_high_credit:share}（到期日付款时应有的余额），不超过常规余额"
        "{usual_balance:money}，且不超过{cap:money}。",
    ),
    "LIM_SECURITIES": _adverse(
        "What the buyer can carry itself cannot be said; the limit is what securities carry alone, "
        "{amount:money}.",
        "买方自身承受能力无法判断；额度仅为担保所能承担的{amount:money}。",
    ),
    "LIM_PEERS": _adverse(
        "Neither accounts nor payments are known; the limit rests on {peers_count:count} buyers of its kind, "
        "{amount:money}: half of them owed at most {peers_median:money}, and never above {cap:money}.",
        "无财务报表，亦无付款记录；额度依据{peers_count:count}家同类买方，{amount:money}：其中半数最高欠款不超过"
        "{peers_median:money}，且不超过{cap:money}。",
    ),
    "LIM_EL": _adverse(
        "Limit capped by the expected-loss budget, {amount:money}, which is {kept_share:share} of "
        "{base_amount:money}: PD {pd:share} x LGD {lgd_net:share} against a margin of {margin:share}, "
        "at a price of risk of {shadow_price:ratio}.",
        "受预期损失预算限制，{amount:money}，为{base_amount:money}的{kept_share:share}："
        "违约概率{pd:share} × 违约损失率{lgd_net:share}，毛利率{margin:share}，"
        "风险价格{shadow_price:ratio}。",
    ),
    "LIM_CONC": _adverse(
        "Limit capped by concentration, {amount:money}: one buyer may be {share:share} of our receivables "
        "({of:money}).",
        "受集中度限制，{amount:money}：单一买方不超过我方应收账款（{of:money}）的{share:share}。",
    ),
    "LIM_CONC_EQUITY": _adverse(
        "Limit capped by concentration, {amount:money}: one buyer may be {share:share} of our equity "
        "({of:money}).",
        "受集中度限制，{amount:money}：单一买方不超过我方净资产（{of:money}）的{share:share}。",
    ),
    "LIM_GROUP": _adverse(
        "Limit capped by the group, {amount:money}: {others_count:count} other buyers of it owed "
        "{others_exposure:money}, and a group may be {share:share} of our {basis_word} ({of:money}).",
        "受集团集中度限制，{amount:money}：同一集团另有{others_count:count}家买方共欠{others_exposure:money}，"
        "而单一集团不超过我方{basis_word}（{of:money}）的{share:share}。",
    ),
    "LIM_INSURED": _adverse(
        "Limit capped by the insurer, {amount:money}: the insured limit {insured_limit:money} and our own "
        "retention of {own_retention_share:share} of it.",
        "受信用保险限额限制，{amount:money}：保险限额{insured_limit:money}，另加自留{own_retention_share:share}。",
    ),
    "LIM_BANK": _adverse(
        "Limit capped by what the bank takes of this buyer, {amount:money}.",
        "受银行限额限制，{amount:money}。",
    ),
    "CONC_REFER": _adverse(
        "The limit is above a concentration cap of {cap:money}; a person above has to decide.",
        "额度超过集中度上限{cap:money}，须由上级决定。",
    ),
    "SECURED": _neutral(
        "Securities pay {secured_amount:money} of this limit: it lowers the loss given default and needs no "
        "capacity of the buyer.",
        "该额度中{secured_amount:money}有担保：降低违约损失率，且不占用买方自身承受能力。",
    ),
    "ORDER_OVER": _adverse(
        "The order of {request_amount:money} is above the headroom of {headroom:money} that the limit leaves "
        "beside what is owed already.",
        "订单金额{request_amount:money}超过可用额度{headroom:money}（额度减去当前敞口）。",
    ),
    "LIM_CHANGE": _neutral(
        "The limit in force is {own_limit:money}; the suggestion is {amount:money}.",
        "现有额度{own_limit:money}，建议额度{amount:money}。",
    ),
    "DATA_ACCOUNTS_MISSING": _adverse("No financial statements are known.", "无财务报表。"),
    "DATA_ACCOUNTS_STALE": _adverse(
        "The latest financial statements are {statement_age_days:days} old (stale after {stale_days:days}).",
        "最近的财务报表已有{statement_age_days:days}（超过{stale_days:days}视为过期）。",
    ),
    "DATA_ACCOUNTS_UNUSABLE": _adverse(
        "The latest financial statements are {statement_age_days:days} old: too old to set a limit on.",
        "最近的财务报表已有{statement_age_days:days}，过旧，不能用于确定额度。",
    ),
    "DATA_PAYMENTS_MISSING": _adverse("No payments to us are known.", "无对我方的付款记录。"),
}
"""Reasons of a decision by their stable code."""

GROUP_TEXTS = {
    "missing": Words("Nothing is known of this: {label}.", "缺少以下信息：{label}。"),
    "part": Words("{label}, offset by other figures of it: ", "{label}（已被同类其他指标抵消）："),
    "together": Words("{label}: several figures together.", "{label}：多项指标综合影响。"),
}
"""Reasons of a score where no single figure speaks for its group."""

STATUSES = {
    "ok": Words("known", "已知"),
    "in_default": Words("in default now", "目前已违约"),
    "no_default_model": Words("no default model is trained", "尚未训练违约模型"),
    "no_late_model": Words("no late-payment model is trained", "尚未训练逾期模型"),
    "no_timing_model": Words("no model of pay dates is trained", "尚未训练付款时间模型"),
    "beyond_horizon": Words("not within the model's horizon", "预测期内付款可能性不足一半"),
    "unseen_pattern": Words("the model never saw a buyer known by these sources", "模型未见过此类信息组合"),
    "no_request": Words("no request and no usual invoice", "无申请，亦无常规发票"),
    "no_sales": Words("no purchases in the last year", "近一年无采购"),
    "no_need": Words("neither need nor capacity is known", "需求与承受能力均未知"),
    "no_limit_requested": Words("no limit was requested", "未申请额度"),
    "no_rate": Words("no exchange rate for the request", "无申请币种的汇率"),
    "no_book": Words("the book is not known", "未提供账簿汇总"),
    "no_receivables": Words("neither receivables nor equity of the seller", "卖方应收账款与净资产均未知"),
    "nothing_known": Words("neither usable accounts nor payments", "无可用财务报表，亦无付款记录"),
    "no_group": Words("of no known group", "无已知集团"),
    "no_insured_limit": Words("no insured limit is in force", "无有效保险限额"),
    "no_bank_limit": Words("no bank limit is in force", "无有效银行限额"),
    "record_too_thin": Words("no usable accounts and too few payments", "无可用财务报表，且付款记录过少"),
    "record_not_clean": Words("no usable accounts and a poor payment record", "无可用财报，且付款记录不良"),
}
"""Every status: ``ok``, and why a part cannot be said."""

QUIET_STATUSES = ("no_group", "no_insured_limit", "no_bank_limit")
"""What most buyers lack: pages for people leave such candidates out."""

CANDIDATES = {
    "in_default": Words("in default", "已违约"),
    "insolvent": Words("insolvent", "破产清算"),
    "need": Words("need", "需求"),
    "requested": Words("requested", "申请额度"),
    "capacity": Words("capacity of the buyer", "买方承受能力"),
    "expected_loss_budget": Words("expected-loss budget", "预期损失预算"),
    "concentration": Words("concentration", "集中度"),
    "group_concentration": Words("concentration of the group", "集团集中度"),
    "insured_limit": Words("insurer", "保险限额"),
    "bank_limit": Words("bank", "银行限额"),
    "break_even": Words("profit of a turn", "单次周转盈利"),
    "mean_variance": Words("return against variance", "收益与方差"),
}
"""Candidates of a limit."""

BASES = {"receivables": Words("receivables", "应收账款"), "equity": Words("equity", "净资产")}
"""What a concentration is measured against."""

ACTIONS = {
    "open": Words("deliver up to the limit", "额度内正常发货"),
    "hold": Words("hold deliveries", "暂停发货"),
    "run_down": Words("run down to the limit: no new deliveries", "压降至额度以内：暂停新发货"),
    "refer": Words("refer to a credit officer", "提交信用人员审核"),
}
"""What to do with new deliveries."""

STATES = {
    "payments_and_accounts": Words("payments and accounts", "付款记录与财务报表"),
    "payments": Words("payments", "付款记录"),
    "accounts": Words("accounts", "财务报表"),
    "profile": Words("profile only", "仅基本资料"),
}
"""Information states."""

WARNINGS = {
    "books_behind": Words(
        "The books end on {date}; payments since then are not known, so arrears may look worse than they "
        "are.",
        "账簿截至{date}；此后的付款情况未知，逾期可能显得比实际严重。",
    ),
    "clock_behind": Words(
        "The clock of the service is behind facts that it keeps, which are known until {date}: what is later "
        "than the moment of this answer is not in it. Set the clock right.",
        "服务时钟落后于已存数据（已知至{date}）：晚于本次评估时点的数据未计入。请校正时钟。",
    ),
    "insolvency_since": Words(
        "An insolvency became known on {date}, after the moment that the rest of this answer speaks of.",
        "{date}获悉破产或清算；晚于本次评估其余内容的时点。",
    ),
    "before_the_books": Words(
        "The books begin on {date}; before that day invoices and payments are not fully known.",
        "账簿自{date}起；此前的发票与付款情况不完整。",
    ),
    "accounts_in_doubt": Words(
        "The accounts show less revenue than we alone invoiced in a year: are they in thousands? A person "
        "has to look before the limit is used.",
        "财务报表收入低于我方一年开票额：单位是否为千元？使用该额度前须人工核对。",
    ),
    "no_rate": Words(
        "Part of what the buyer owes is in a currency without a known rate: exposure and headroom cannot be "
        "said.",
        "部分欠款币种无已知汇率：敞口与可用额度无法判断。",
    ),
    "security_without_rate": Words(
        "A security in a currency without a known rate is not counted.", "币种无已知汇率的担保未计入。"
    ),
    "security_share_above_one": Words(
        "A security names a share above 100%, perhaps percent taken for a share; it is counted whole.",
        "某担保的比例超过100%，可能误将百分数作为比例；按全额计入。",
    ),
    "unreadable_references": Words(
        "A supplier's reference that is no amount is not counted.", "无法识别金额的供应商参考未计入。"
    ),
}
"""What an answer has to be read with."""


def status_text(status: str, lang: str) -> str:
    """Return what a status means; the code itself where no text is known.

    Examples
    --------
    >>> status_text("no_sales", "en"), status_text("new_code", "en")
    ('no purchases in the last year', 'new_code')
    """
    return STATUSES[status].of(lang) if status in STATUSES else status
