"""Prose of the credit manual: what each chapter is for, before its numbers."""

from __future__ import annotations

from collections.abc import Mapping

from credit.locales import Words

__all__ = ["COLUMNS", "FOREWORD", "GRADE_COLUMNS", "INTRODUCTIONS", "TITLE"]

TITLE = Words("Credit manual", "信用管理手册")

FOREWORD = Words(
    "This manual is made from the credit policy “{id}”, version {version} (hash {hash}). Its numbers are "
    "those that "
    "every assessment uses; a change of the policy makes a new manual. Money is in the reporting currency.",
    "本手册由信用政策“{id}”第{version}版（哈希 {hash}）生成。手册中的数值即每次评估所用的数值；政策变更后应"
    "重新生成手册。"
    "金额以报告货币计。",
)

COLUMNS = (Words("Value", "数值"), Words("What it does", "作用"), Words("Key", "键"))

GRADE_COLUMNS = (
    Words("Grade", "等级"),
    Words("Probability of default in the middle", "中点违约概率"),
    Words("A limit holds for", "额度有效期"),
)

INTRODUCTIONS: Mapping[str, Words] = {
    "definitions": Words(
        "Expected loss = PD x (1 - cure rate) x loss given default x what of the exposure no security pays.",
        "预期损失 = 违约概率 x（1 - 治愈率）x 违约损失率 x 未被担保覆盖的敞口。",
    ),
    "pd": Words(
        "The bounds touch money and grade, never score points.", "上下限只影响金额与等级，不影响评分。"
    ),
    "grades": Words(
        "A buyer has the grade whose middle lies nearest to its probability of default (in logarithms); "
        "buyers in default have D.",
        "买方等级取中点与其违约概率（按对数）最接近者；已违约买方为D级。",
    ),
    "own_recoveries": Words(
        "Own losses replace the assumed loss given default once there are enough of them.",
        "自有损失案例足够多时，替代假设的违约损失率。",
    ),
    "need": Words(
        "Need = purchases of a year / 365 x (agreed terms + tolerance) x busiest month over the average one. "
        "The predicted delay is never added: a slow payer must not get more.",
        "需求 = 年采购额 / 365 x（约定账期 + 容忍天数）x 旺月与平均月之比。预计拖延天数不计入，以免付款慢者"
        "获得更高额度。",
    ),
    "capacity": Words(
        "Capacity is the median of what accounts, other suppliers and peers say, and the payment record "
        "alone "
        "where nothing else is known. Negative equity gives nothing.",
        "承受能力取报表、其他供应商与同业估计的中位数；别无依据时仅取付款记录。净资产为负时为零。",
    ),
    "concentration": Words(
        "No buyer and no group may be more than these shares of our receivables and of our equity.",
        "单一买方和单一集团占我方应收账款与净资产的比例不得超过下列上限。",
    ),
    "economics": Words(
        "Each buyer may have the share max(0, 1 - price x loss rate / margin) of its need; one price of "
        "risk for "
        "the whole book keeps the expected loss within the budget.",
        "每个买方可获得其需求的 max(0, 1 - 风险价格 x 损失率 / 毛利率)；全账簿统一的风险价格使预期损失不超预"
        "算。",
    ),
    "orders": Words(
        "An order is asked these questions in order: block, oldest item, share overdue, limit, value, "
        "models. "
        "A natural person is never held by a rule; a person decides.",
        "订单依次检查：冻结、最久逾期、逾期占比、额度、金额、模型。对自然人不作自动暂停，由人员决定。",
    ),
    "publishing": Words(
        "Limits fall at once and rise step by step; what cannot be said leaves what is in force until it "
        "expires.",
        "额度下调立即生效，上调逐步进行；无法评估时，现行额度保留至到期。",
    ),
    "rounding": Words(
        "Limits are floored to a power of ten that is at most the step and at most 1 % of the limit.",
        "额度向下取整至不超过取整单位且不超过额度1%的十的幂。",
    ),
}
"""By chapter; the others have numbers alone."""
