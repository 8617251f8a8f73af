"""Whether the numbers of a policy make sense together: each is legal by itself, and still they quarrel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from credit.locales import Words
from credit.policy import Policy
from features.engine.arrears import DEFAULT_DAYS

__all__ = ["CHECKS", "NOTHING_FOUND", "SEVERITIES", "Check", "Finding", "findings_of"]

Severity = Literal["error", "warning"]

SEVERITIES = {"error": Words("error", "错误"), "warning": Words("warning", "警告")}

NOTHING_FOUND = Words("sense: nothing found", "合理性检查：未发现问题")

_WIDEST_GRADE = 4.0
"""Times by which a grade's midpoint may be above the one before; beyond it unlike buyers share one."""


@dataclass(frozen=True)
class Check:
    """One thing that is asked of a policy.

    Parameters
    ----------
    code : str
    severity : {"error", "warning"}
        An error makes the policy do what its numbers do not say.
    keys : tuple of str
        What to look at.
    says : Words
        What is wrong where it does not hold, and what follows.
    is_wrong : callable
    """

    code: str
    severity: Severity
    keys: tuple[str, ...]
    says: Words
    is_wrong: Callable[[Policy], bool]


@dataclass(frozen=True)
class Finding:
    """A check that a policy does not pass."""

    code: str
    severity: Severity
    keys: tuple[str, ...]
    says: Words

    def as_json(self, lang: str = "en") -> dict[str, Any]:
        """Return the finding as the command prints it."""
        says = self.says.of(lang)
        return {"code": self.code, "severity": self.severity, "keys": list(self.keys), "says": says}


def findings_of(policy: Policy) -> list[Finding]:
    """Return the checks of sense that a policy does not pass, errors first.

    Examples
    --------
    >>> findings_of(Policy.default())
    []
    >>> policy = Policy.default()
    >>> nothing_to_lose = policy.economics.model_copy(update={"expected_loss_budget_share_of_sales": 0.0})
    >>> [each.code for each in findings_of(policy.model_copy(update={"economics": nothing_to_lose}))]
    ['loss_budget_zero']
    """
    found = [
        Finding(check.code, check.severity, check.keys, check.says)
        for check in CHECKS
        if check.is_wrong(policy)
    ]
    found += _statutory(policy)
    return sorted(found, key=lambda each: each.severity)


def _statutory(policy: Policy) -> Iterator[Finding]:
    """Give the countries whose law leaves no terms to choose, or less than what is assumed."""
    terms = policy.terms
    for country, law in terms.statutory.items():
        keys = (f"terms.statutory.{country}.public_days", "terms.steps_days")
        if law.public_days < min(terms.steps_days):
            says = Words(
                f"the law of {country} allows {law.public_days} days, below every step: no terms are left",
                f"{country}法律允许{law.public_days}天，低于所有档位：无账期可选",
            )
            yield Finding("no_terms_within_law", "error", keys, says)
        elif law.days < terms.sector_norm_days:
            keys = (f"terms.statutory.{country}.days", "terms.sector_norm_days")
            says = Words(
                f"usual terms of {terms.sector_norm_days} days are above the law of {country} ({law.days})",
                f"惯例账期{terms.sector_norm_days}天超过{country}法律允许的{law.days}天",
            )
            yield Finding("norm_above_law", "warning", keys, says)


def _has_gap(policy: Policy) -> bool:
    middles = [grade.midpoint_percent for grade in policy.grades]
    return any(worse > _WIDEST_GRADE * better for better, worse in pairwise(middles))


def _validity_rises(policy: Policy) -> bool:
    months = [grade.validity_months for grade in policy.grades]
    return any(worse > better for better, worse in pairwise(months))


def _starts_late(policy: Policy) -> bool:
    """Whether the grades leave an end of the legal probabilities without a grade of its own."""
    first, last = policy.grades[0].midpoint_percent, policy.grades[-1].midpoint_percent
    return policy.pd_floor * 100.0 * _WIDEST_GRADE < first or last * _WIDEST_GRADE < policy.pd_cap * 100.0


def _caps_nothing(policy: Policy) -> bool:
    return 0.0 in (policy.concentration.share_of_receivables, policy.concentration.share_of_equity)


def _accounts_give_nothing(policy: Policy) -> bool:
    rules = policy.capacity
    return max(rules.tangible_net_worth_share, rules.working_capital_share, rules.payables_share) == 0.0


def _smallest_cap(policy: Policy) -> float:
    caps = (policy.capacity.record_cap, policy.capacity.prospect_cap)
    return min(cap for cap in (*caps, float("inf")) if cap > 0.0)


CHECKS: tuple[Check, ...] = (
    Check(
        "concentration_zero",
        "error",
        ("concentration.share_of_receivables", "concentration.share_of_equity"),
        Words("a share of 0 makes every limit 0", "占比为0会使所有额度为0"),
        _caps_nothing,
    ),
    Check(
        "capacity_zero",
        "error",
        ("capacity.tangible_net_worth_share", "capacity.working_capital_share", "capacity.payables_share"),
        Words(
            "all shares are 0: a buyer gets nothing as soon as it files accounts",
            "各项占比均为0：买方一旦提交财务报表便得不到额度",
        ),
        _accounts_give_nothing,
    ),
    Check(
        "loss_budget_zero",
        "error",
        ("economics.expected_loss_budget_share_of_sales",),
        Words(
            "a budget of 0 sets no price of risk: shadow_price_without_book takes its place for every buyer",
            "预算为0无法形成风险价格：所有买方改用shadow_price_without_book",
        ),
        lambda policy: policy.economics.expected_loss_budget_share_of_sales == 0.0,
    ),
    Check(
        "loss_budget_above_margin",
        "error",
        ("economics.expected_loss_budget_share_of_sales", "economics.margin"),
        Words(
            "a budget above the margin never binds: the book may lose more than it earns",
            "预算高于毛利则永不起作用：允许的损失超过所得",
        ),
        lambda policy: policy.economics.expected_loss_budget_share_of_sales >= policy.economics.margin,
    ),
    Check(
        "margin_below_costs",
        "error",
        ("economics.margin", "economics.administration_share"),
        Words(
            "the margin does not pay for billing: no sale on credit earns anything",
            "毛利不足以支付开票与催收成本：任何赊销均无收益",
        ),
        lambda policy: policy.economics.margin <= policy.economics.administration_share,
    ),
    Check(
        "grade_gap",
        "error",
        ("grades",),
        Words(
            f"a grade's midpoint is more than {_WIDEST_GRADE:.0f} times the one before: unlike buyers share "
            "one",
            f"相邻等级的中值相差超过{_WIDEST_GRADE:.0f}倍：不同风险的买方落入同一等级",
        ),
        _has_gap,
    ),
    Check(
        "grade_ends",
        "error",
        ("grades", "pd_floor", "pd_cap"),
        Words(
            "the first or last grade lies far from pd_floor or pd_cap: the scale has no grade for its ends",
            "首个或末个等级远离pd_floor或pd_cap：等级表未覆盖两端",
        ),
        _starts_late,
    ),
    Check(
        "grade_validity_rises",
        "error",
        ("grades",),
        Words("a worse grade's limit holds longer than a better one's", "较差等级的额度有效期比较好等级更长"),
        _validity_rises,
    ),
    Check(
        "own_losses_never_lower",
        "warning",
        ("own_recoveries.lgd_floor", "definitions"),
        Words(
            "the floor of own losses is above an assumed LGD: own experience can only raise it",
            "自有损失下限高于假设的违约损失率：自有经验只会使其上升",
        ),
        lambda policy: any(
            policy.own_recoveries.lgd_floor > each.lgd for each in policy.definitions.values()
        ),
    ),
    Check(
        "cap_below_step",
        "warning",
        ("capacity.record_cap", "capacity.prospect_cap", "rounding.default_step"),
        Words(
            "a cap is below the rounding step, which then never takes effect on it",
            "上限低于取整单位，该单位对其不起作用",
        ),
        lambda policy: _smallest_cap(policy) < policy.rounding.default_step,
    ),
    Check(
        "block_after_default",
        "error",
        ("blocking_days_overdue",),
        Words(
            f"the block comes after {DEFAULT_DAYS} days overdue, when the buyer is in default already",
            f"逾期{DEFAULT_DAYS}天以后才冻结，此时买方已违约",
        ),
        lambda policy: policy.blocking_days_overdue > DEFAULT_DAYS,
    ),
    Check(
        "order_held_after_block",
        "warning",
        ("orders.oldest_item_days", "blocking_days_overdue"),
        Words(
            "orders are held for an oldest item only after the block: the step adds little",
            "因最久未付款项暂停订单晚于冻结：该步骤作用不大",
        ),
        lambda policy: policy.orders.oldest_item_days > policy.blocking_days_overdue,
    ),
    Check(
        "record_beyond_block",
        "error",
        ("capacity.record_highest_days_overdue", "blocking_days_overdue"),
        Words(
            "a payment record counts as good with arrears that block deliveries",
            "逾期已达冻结程度，付款记录仍算良好",
        ),
        lambda policy: policy.capacity.record_highest_days_overdue > policy.blocking_days_overdue,
    ),
    Check(
        "never_refers",
        "warning",
        ("orders.highest_pd", "pd_cap"),
        Words(
            "no probability of default is as high: the step of the default model never refers an order",
            "违约概率不可能如此之高：违约模型步骤永不提交订单",
        ),
        lambda policy: policy.orders.highest_pd >= policy.pd_cap,
    ),
    Check(
        "terms_above_longest",
        "error",
        ("need.default_terms_days", "terms.longest_days"),
        Words(
            "the terms assumed of unknown buyers are longer than any that may be suggested",
            "对未知买方假设的账期长于可建议的最长账期",
        ),
        lambda policy: policy.need.default_terms_days > policy.terms.longest_days,
    ),
    Check(
        "step_beyond_longest",
        "warning",
        ("terms.steps_days", "terms.longest_days"),
        Words("steps beyond longest_days are never suggested", "超过longest_days的档位永不被建议"),
        lambda policy: max(policy.terms.steps_days) > policy.terms.longest_days,
    ),
    Check(
        "discount_above_margin",
        "error",
        ("offers.discount.share", "economics.margin"),
        Words("the standard discount takes the whole margin", "标准折扣吃掉全部毛利"),
        lambda policy: policy.offers.discount.share >= policy.economics.margin,
    ),
    Check(
        "all_files_thin",
        "warning",
        ("interval.thin_below_worth", "interval.worth"),
        Words(
            "every file is thin: each buyer's loss budget takes the higher point of its probability",
            "所有档案均视为信息不足：每个买方的损失预算都采用较高的违约概率分位点",
        ),
        lambda policy: policy.interval.thin_below_worth > max(policy.interval.worth.model_dump().values()),
    ),
)
"""Checks of sense, beside what the types refuse."""
