"""What each number of a policy does, in words: the table that explanation and manual are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from credit.locales import Words

__all__ = ["POLICY_PAGE", "RULES", "SECTIONS", "Rule", "Unit"]

Unit = Literal["share", "money", "days", "months", "count", "number", "word", "percent"]
"""How a number of the policy is written; money is in the reporting currency."""


class Rule(NamedTuple):
    """What one key of the policy does.

    Parameters
    ----------
    unit : str
        One of `Unit`.
    does : Words
    """

    unit: Unit
    does: Words


SECTIONS: Mapping[str, Words] = {
    "": Words("The policy", "政策"),
    "definitions": Words("What a default costs", "违约损失"),
    "pd": Words("Bounds of the probability of default", "违约概率上下限"),
    "grades": Words("Grades", "等级"),
    "interval": Words("How sure a probability is", "违约概率的可信程度"),
    "own_recoveries": Words("Own recoveries", "自有回收经验"),
    "own_cures": Words("Own cures", "自有恢复经验"),
    "economics": Words("Margin, cost of money and loss budget", "毛利、资金成本与损失预算"),
    "need": Words("Need", "需求"),
    "capacity": Words("Capacity", "承受能力"),
    "concentration": Words("Concentration", "集中度"),
    "external_limits": Words("Limits that others set", "外部额度"),
    "securities": Words("Securities", "担保"),
    "terms": Words("Payment terms", "账期"),
    "offers": Words("Offers", "替代方案"),
    "orders": Words("Check of an order", "订单检查"),
    "blocking": Words("Block", "冻结"),
    "rounding": Words("Rounding", "取整"),
    "publishing": Words("What a review puts in force", "复核后的生效规则"),
    "reasons": Words("Reasons", "原因"),
}
"""Chapters in the order in which a reader meets them; `credit.policy_lines.section_of` finds a key's."""


POLICY_PAGE: Mapping[str, Words] = {
    "head": Words("policy '{id}' version {version}, hash {hash}", "政策“{id}”第{version}版，哈希{hash}"),
    "shipped": Words("  [shipped: {value}]", "  [出厂值：{value}]"),
    "differ": Words("{count} lines differ from the shipped policy", "与出厂政策相比有{count}处不同"),
    "dropped": Words("not here", "此处没有"),
}
"""What stands around the lines of a policy that is explained."""


def _rule(unit: Unit, en: str, zh: str) -> Rule:
    return Rule(unit, Words(en, zh))


RULES: Mapping[str, Rule] = {
    "id": _rule("word", "name of the policy", "政策名称"),
    "version": _rule("number", "its version", "政策版本"),
    "definitions.*.lgd": _rule(
        "share", "lost of an unsecured exposure at default", "违约时无担保敞口的损失比例"
    ),
    "definitions.*.lgd_range": _rule(
        "share", "range of that loss, shown with what it does", "该损失比例的区间，随影响一并列示"
    ),
    "definitions.*.cure_rate": _rule(
        "share", "of defaults that pay in full after all", "违约后最终全额付款的比例"
    ),
    "definitions.*.cure_range": _rule("share", "range of that cure rate", "该治愈率的区间"),
    "definitions.*.usage": _rule(
        "share", "of the unused limit that is drawn by the time of a default", "违约前未用额度被动用的比例"
    ),
    "definitions.*.usage_range": _rule("share", "range of that usage", "该动用比例的区间"),
    "definitions.*.scale.base": _rule("number", "score points at the odds below", "下列好坏比对应的评分"),
    "definitions.*.scale.odds": _rule(
        "number", "good to one bad at that score", "该评分下每一家违约对应的正常家数"
    ),
    "definitions.*.scale.pdo": _rule("number", "points that double the odds", "好坏比翻倍所需的分数"),
    "pd_floor": _rule(
        "share", "lowest probability of default that money and grade take", "金额与等级采用的最低违约概率"
    ),
    "pd_cap": _rule(
        "share", "highest probability of default that money and grade take", "金额与等级采用的最高违约概率"
    ),
    "grades.*.midpoint_percent": _rule(
        "percent", "probability of default in the middle of the grade", "该等级中点的违约概率"
    ),
    "grades.*.validity_months": _rule("months", "for which its limit holds", "该等级额度的有效期"),
    "validity_months_without_grade": _rule(
        "months", "for which a limit without a grade holds", "无等级额度的有效期"
    ),
    "interval.lower": _rule("share", "lower point of the interval that is shown", "所示区间的下分位点"),
    "interval.upper": _rule("share", "upper point of the interval that is shown", "所示区间的上分位点"),
    "interval.thin_below_settled_invoices": _rule(
        "count",
        "settled invoices below which payments count as unknown",
        "已结发票少于此数时付款记录视为未知",
    ),
    "interval.worth.payments_and_accounts": _rule(
        "number",
        "buyers that a file with payments and accounts is worth",
        "有付款记录和报表的档案相当的买方数",
    ),
    "interval.worth.payments": _rule(
        "number", "buyers that a file with payments alone is worth", "仅有付款记录的档案相当的买方数"
    ),
    "interval.worth.accounts": _rule(
        "number", "buyers that a file with accounts alone is worth", "仅有报表的档案相当的买方数"
    ),
    "interval.worth.profile": _rule(
        "number", "buyers that a file with neither is worth", "两者皆无的档案相当的买方数"
    ),
    "interval.thin_below_worth": _rule(
        "number", "worth below which a file is thin", "低于此值的档案视为信息不足"
    ),
    "interval.thin_quantile": _rule(
        "share",
        "point of a thin file's probability that the loss budget takes",
        "信息不足时损失预算采用的违约概率分位点",
    ),
    "own_recoveries.least_cases": _rule(
        "count",
        "buyers written off from which on own losses replace the assumed ones",
        "达到此核销家数后以自有损失经验替代假设",
    ),
    "own_recoveries.days_to_recover": _rule("days", "after which a write-off counts", "核销满此天数后才计入"),
    "own_recoveries.lgd_floor": _rule(
        "share", "lowest loss that own experience may say", "自有经验可给出的最低损失比例"
    ),
    "own_cures.least_cases": _rule(
        "count",
        "buyers with a default from which on own cures replace the assumed ones",
        "达到此违约家数后以自有恢复经验替代假设",
    ),
    "own_cures.days_to_cure": _rule(
        "days", "within which a default ends without a loss, to be cured", "违约在此天数内无损结束方为恢复"
    ),
    "own_cures.assumption_worth_cases": _rule(
        "number", "cases that the assumed rate counts like", "假设恢复率相当的案例数"
    ),
    "own_cures.highest_rate": _rule(
        "share", "highest cure rate that own experience may say", "自有经验可给出的最高恢复率"
    ),
    "economics.margin": _rule(
        "share", "contribution margin of sales where the seller states none", "卖方未给出时的销售贡献毛利率"
    ),
    "economics.expected_loss_budget_share_of_sales": _rule(
        "share", "of a year's credit sales that may be lost as expected", "年赊销额中可接受的预期损失"
    ),
    "economics.shadow_price_without_book": _rule(
        "number", "price of risk where no book sets one", "无账簿可定价时的风险价格"
    ),
    "economics.funding_rate": _rule("share", "a year, cost of our own money", "自有资金年成本"),
    "economics.administration_share": _rule(
        "share", "of sales, cost to bill and collect a turn", "每次周转的开票与收款成本占销售额比例"
    ),
    "economics.risk_tolerance_share_of_sales": _rule(
        "share",
        "of sales, tolerance of the mean-variance limit, which never binds",
        "均值方差额度的风险容忍度（仅列示，不约束）",
    ),
    "need.tolerance_days": _rule("days", "added to the agreed terms", "在约定账期上增加的天数"),
    "need.shortest_history_days": _rule(
        "days", "of history that a younger account is taken to have", "较新账户按此天数的历史折算年采购额"
    ),
    "need.default_terms_days": _rule("days", "of terms where none are known", "账期未知时采用的天数"),
    "need.default_peak_factor": _rule(
        "number", "busiest month over the average one, where unknown", "未知时旺月与平均月之比"
    ),
    "need.lowest_peak_factor": _rule("number", "lowest peak that counts", "旺月之比的下限"),
    "need.highest_peak_factor": _rule("number", "highest peak that counts", "旺月之比的上限"),
    "capacity.tangible_net_worth_share": _rule(
        "share", "of tangible net worth that a buyer may owe us", "可欠我方的有形净资产比例"
    ),
    "capacity.working_capital_share": _rule(
        "share", "of working capital that it may owe us", "可欠我方的营运资金比例"
    ),
    "capacity.payables_share": _rule("share", "of its payables that it may owe us", "可欠我方的应付账款比例"),
    "capacity.accounts_stale_after_days": _rule(
        "days", "after which accounts are called old", "报表超过此天数视为陈旧"
    ),
    "capacity.accounts_unusable_after_days": _rule(
        "days", "after which accounts say nothing", "报表超过此天数不再采用"
    ),
    "capacity.accounts_least_revenue_to_purchases": _rule(
        "number",
        "least revenue over what we alone invoiced, or the accounts are doubted",
        "报表收入与我方开票额之比低于此值则存疑",
    ),
    "capacity.record_share_of_high_credit": _rule(
        "share",
        "of the highest balance of a year that a good record is worth",
        "良好付款记录可折算的一年内最高欠款比例",
    ),
    "capacity.record_cap": _rule(
        "money", "most that a payment record alone gives", "仅凭付款记录可给予的最高额"
    ),
    "capacity.record_least_settled_invoices": _rule(
        "count", "settled invoices that make a record", "构成付款记录的最少已结发票数"
    ),
    "capacity.record_highest_share_late_30": _rule(
        "share",
        "of invoices more than 30 days late at which a record is no longer good",
        "逾期超过30天发票比例的上限",
    ),
    "capacity.record_highest_days_overdue": _rule(
        "days", "overdue at which a record is no longer good", "付款记录可接受的最长逾期"
    ),
    "capacity.peer_least_buyers": _rule(
        "count", "peers from which on they are an estimate", "同业估计所需的最少买方数"
    ),
    "capacity.prospect_cap": _rule("money", "most that peers alone give", "仅凭同业估计可给予的最高额"),
    "concentration.share_of_receivables": _rule(
        "share", "of all receivables that one buyer may owe", "单一买方占全部应收账款的上限"
    ),
    "concentration.share_of_equity": _rule(
        "share", "of our equity that one buyer may owe", "单一买方占我方净资产的上限"
    ),
    "concentration.group_share_of_receivables": _rule(
        "share", "of all receivables that one group may owe", "单一集团占全部应收账款的上限"
    ),
    "concentration.group_share_of_equity": _rule(
        "share", "of our equity that one group may owe", "单一集团占我方净资产的上限"
    ),
    "concentration.above_cap": _rule(
        "word",
        "what a limit above these caps is: cut, or referred uncut",
        "超过上限时：cut 为削减，refer 为原额上报",
    ),
    "external_limits.insured": _rule(
        "word",
        "what the insurer's limit does: binds (constraint), or is told",
        "保险额度：constraint 为约束，reported 为仅列示",
    ),
    "external_limits.bank": _rule("word", "what the bank's limit does", "银行额度：同上"),
    "external_limits.own_retention_share": _rule(
        "share", "of the insured limit that we bear beyond it", "在保险额度之外自留的比例"
    ),
    "securities.guarantee": _rule("share", "of a guarantee that counts", "保证担保的计入比例"),
    "securities.deposit": _rule("share", "of a deposit that counts", "保证金的计入比例"),
    "securities.bank_guarantee": _rule("share", "of a bank guarantee that counts", "银行保函的计入比例"),
    "securities.retention_of_title": _rule(
        "share", "of goods under retention of title that counts", "所有权保留货物的计入比例"
    ),
    "securities.credit_insurance": _rule("share", "of insurance that counts", "信用保险的计入比例"),
    "securities.insured_share": _rule(
        "share", "of a loss that insurance pays where it names none", "保单未注明时的赔付比例"
    ),
    "terms.steps_days": _rule("days", "that may be suggested as terms", "可建议的账期"),
    "terms.longest_days": _rule("days", "of terms at most", "最长账期"),
    "terms.sector_norm_days": _rule(
        "days", "usual in an industry of which the book knows too few", "行业样本不足时的惯例账期"
    ),
    "terms.sector_least_buyers": _rule(
        "count", "buyers of an industry that make its own norm", "形成行业惯例所需的最少买方数"
    ),
    "terms.steps_from_norm": _rule(
        "count", "steps that suggested terms may lie from the norm", "建议账期与行业惯例最多相差的档数"
    ),
    "terms.least_gap_share": _rule(
        "share",
        "of the need above the limit from which on something is offered",
        "需求超出额度达到此比例才提出方案",
    ),
    "terms.highest_loss_share_of_turn": _rule(
        "share", "of sales, expected loss of a turn at most", "每次周转预期损失占销售额的上限"
    ),
    "terms.insurer_longest_terms_days": _rule(
        "days", "of terms that the credit insurer covers at most", "信用保险承保的最长账期"
    ),
    "terms.statutory.*.days": _rule(
        "days", "of terms that the country's law lets a business take", "该国法律允许企业的最长账期"
    ),
    "terms.statutory.*.public_days": _rule(
        "days", "of terms that it lets a public body take", "该国法律允许公共机构的最长账期"
    ),
    "terms.statutory.*.end_of_month_days": _rule(
        "days", "from the end of the month that it lets a business agree on", "法律允许企业约定的月结后天数"
    ),
    "terms.statutory.*.only_large_buyers": _rule(
        "word", "whether that law holds for large buyers alone", "是否仅适用于大型买方"
    ),
    "offers.buyer_funding_rate": _rule("share", "a year, what money costs the buyer", "买方资金年成本"),
    "offers.guarantee_fee_rate": _rule(
        "share", "of the guaranteed amount a year, paid by the buyer", "买方承担的年保函费率"
    ),
    "offers.insurance_premium_share_of_sales": _rule(
        "share", "of insured sales, paid by us", "我方承担的保费占投保销售额比例"
    ),
    "offers.delivery_cost": _rule("money", "for each further delivery", "每增加一次交货的费用"),
    "offers.discount.share": _rule("share", "of the invoice, the standard discount", "标准提前付款折扣"),
    "offers.discount.day": _rule(
        "days", "from invoice within which it may be taken", "可享受折扣的开票后天数"
    ),
    "offers.discount.step": _rule(
        "share", "to which the largest worthwhile discount is floored", "最大可行折扣的取整单位"
    ),
    "offers.discount.collection_share": _rule(
        "share", "of the invoice that collecting costs otherwise", "否则的催收成本占发票比例"
    ),
    "orders.oldest_item_days": _rule(
        "days",
        "past due of the oldest item at most, or an order is held",
        "最久未清项目逾期超过此天数则暂停订单",
    ),
    "orders.highest_overdue_share": _rule(
        "share",
        "of what is open that may be overdue, or an order is held",
        "逾期占未清余额超过此比例则暂停订单",
    ),
    "orders.overdue_share_after_days": _rule(
        "days", "past due from which on an item counts as overdue in that share", "计入逾期占比的最低逾期天数"
    ),
    "orders.credit_horizon_days": _rule(
        "days", "ahead within which open orders count", "计入未交订单的交货期限"
    ),
    "orders.above_limit_beyond_horizon": _rule(
        "word",
        "what becomes of a later order that is alone above the whole limit",
        "交货期更晚且单笔超过全部额度的订单如何处理",
    ),
    "orders.document_value": _rule("money", "above which an order is referred", "超过此金额的订单提交审核"),
    "orders.highest_pd": _rule(
        "share", "probability of default above which an order is referred", "违约概率超过此值的订单提交审核"
    ),
    "orders.highest_late_probability": _rule(
        "share", "probability of delay above which an order is referred", "逾期概率超过此值的订单提交审核"
    ),
    "orders.least_partial_share": _rule(
        "share", "of an order that is worth a delivery of its own", "值得单独交货的最小比例"
    ),
    "orders.reservation_days": _rule(
        "days",
        "after delivery for which a released order keeps its part of the limit until it is invoiced",
        "已放行订单在交货后开票前继续占用额度的天数",
    ),
    "orders.most_days_behind": _rule(
        "days",
        "for which the books may be behind before orders stop being checked as usual",
        "账簿滞后超过此天数则不再照常检查订单",
    ),
    "orders.when_books_behind": _rule("word", "what then happens to an order", "此时订单的处理方式"),
    "orders.closed_states": _rule("word", "the states that end an order", "视为已结束的订单状态"),
    "blocking_days_overdue": _rule(
        "days", "for which a material sum is overdue at a block", "重大款项逾期达到此天数则冻结"
    ),
    "rounding.default_step": _rule("money", "to which limits are floored at most", "额度向下取整的最大单位"),
    "rounding.steps.*": _rule(
        "money", "to which limits in this currency are floored at most", "该币种额度向下取整的最大单位"
    ),
    "publishing.grade_border_margin": _rule(
        "number",
        "beyond the border (in logarithms) at which a grade moves at once",
        "违约概率超出等级边界（对数）达到此值时等级立即变动",
    ),
    "publishing.least_change_share": _rule(
        "share", "of the limit by which it has to change", "额度变动的最小比例"
    ),
    "publishing.largest_increase_share": _rule(
        "share", "by which one review may raise a limit", "单次复核可提高额度的最大比例"
    ),
    "reasons.least_points": _rule("number", "points that make a reason", "构成原因的最低分数"),
    "reasons.least_share_of_adverse": _rule(
        "share", "of the adverse points that make a reason", "构成原因的最低不利分数占比"
    ),
    "reasons.most_adverse": _rule("count", "adverse reasons at most", "最多列示的不利原因数"),
    "reasons.most_strengths": _rule("count", "strengths at most", "最多列示的有利原因数"),
}
"""By key of the policy; ``*`` stands for a definition, a grade, a currency or a country."""
