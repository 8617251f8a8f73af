"""Every text of terms and offers, in each language."""

from __future__ import annotations

from credit.locales import Words

__all__ = ["ALTERNATIVES", "ALTERNATIVE_TEXTS", "DISCOUNT_TEXTS", "TERMS_TEXTS"]

TERMS_TEXTS = {
    "fits": Words(
        "Usual purchases fit the limit at the present terms of {present_days:days}.",
        "按现行账期{present_days:days}，常规采购未超过额度。",
    ),
    "ok": Words(
        "At terms of {days:days} instead of {present_days:days} usual purchases fit the limit of "
        "{limit:money} (they would just fit at {fitting_days:days}).",
        "账期由{present_days:days}改为{days:days}，常规采购即不超过额度{limit:money}"
        "（恰好相等时为{fitting_days:days}）。",
    ),
    "no_terms_fit": Words(
        "No terms within law, sector and policy make usual purchases fit the limit of {limit:money}.",
        "在法律、行业与政策允许的账期内，常规采购均超过额度{limit:money}。",
    ),
}

ALTERNATIVES = {
    "within_limit": Words("sell within the limit", "仅在额度内销售"),
    "shorter_terms": Words("shorter terms", "缩短账期"),
    "deposit": Words("deposit", "预付部分货款"),
    "split_delivery": Words("split deliveries", "分批交付"),
    "guarantee": Words("bank guarantee", "银行保函"),
    "insurance": Words("credit insurance", "信用保险"),
}

ALTERNATIVE_TEXTS = {
    "within_limit": Words(
        "Sell no more than the limit bears: {share:share} of usual purchases.",
        "仅销售额度所能承受的部分：常规采购的{share:share}。",
    ),
    "shorter_terms": Words(
        "Terms of {days:days}; that costs the buyer {cost_to_buyer:money} a year.",
        "账期{days:days}；买方每年成本{cost_to_buyer:money}。",
    ),
    "deposit": Words(
        "{share:share} of each order in advance; that costs the buyer {cost_to_buyer:money} a year.",
        "每笔订单预付{share:share}；买方每年成本{cost_to_buyer:money}。",
    ),
    "split_delivery": Words(
        "{parts:count} deliveries instead of one, each after the payment of the one before: {share:share} of "
        "usual purchases; that costs us {cost_to_seller:money} a year.",
        "分{parts:count}批交付，前批付款后再交下批：可满足常规采购的{share:share}；我方每年成本{cost_to_seller:money}。",
    ),
    "guarantee": Words(
        "A bank guarantee of {amount:money}; its fee costs the buyer {cost_to_buyer:money} a year.",
        "银行保函{amount:money}；买方每年费用{cost_to_buyer:money}。",
    ),
    "insurance": Words(
        "Insure {amount:money}; the premium costs us {cost_to_seller:money} a year.",
        "投保{amount:money}；我方每年保费{cost_to_seller:money}。",
    ),
}

DISCOUNT_TEXTS = {
    "ok": Words(
        "Offer {share:share} for payment within {discount_day:days}: the buyer is expected to pay after "
        "{expected_pay_day:days}, so it costs us {yearly_cost:share} a year; up to {largest_share:share} is "
        "worth it.",
        "可给予{discount_day:days}内付款{share:share}的折扣：预计买方{expected_pay_day:days}付款，"
        "年化成本{yearly_cost:share}；不超过{largest_share:share}即划算。",
    ),
    "pays_early": Words(
        "No discount: the buyer is expected to pay after {expected_pay_day:days} anyhow, before it is due.",
        "不给折扣：预计买方{expected_pay_day:days}即付款，早于到期日。",
    ),
    "pays_by_discount_day": Words(
        "No discount: the buyer is expected to pay after {expected_pay_day:days} anyhow, no later than the "
        "{discount_day:days} of a discount.",
        "不给折扣：预计买方{expected_pay_day:days}即付款，不晚于折扣期限{discount_day:days}。",
    ),
    "not_worth": Words("No discount is worth it.", "任何折扣均不划算。"),
    "buyer_would_not": Words(
        "No discount: {largest_share:share} is the most that is worth it to us, and that brings the buyer "
        "less than its own money costs.",
        "不给折扣：我方最多可承受{largest_share:share}，低于买方自身资金成本，买方不会接受。",
    ),
    "no_history": Words(
        "No discount can be suggested: when the buyer pays is not known.", "无法建议折扣：买方付款时间未知。"
    ),
}
