"""Texts of what would raise a limit."""

from __future__ import annotations

from collections.abc import Mapping

from credit.locales import Words

__all__ = ["LEVER_TEXTS", "NOTE", "WHY"]

NOTE = Words("Model response, not a promise.", "以上为模型测算结果，不构成承诺。")

LEVER_TEXTS: Mapping[str, Words] = {
    "clear_overdue": Words(
        "pay the {overdue_amount:money} that is overdue", "付清逾期款{overdue_amount:money}"
    ),
    "pay_on_time": Words(
        "pay every invoice by its due day for {months:months}", "连续{months:months}按期付款"
    ),
    "pay_on_time_and_overdue": Words(
        "pay the {overdue_amount:money} that is overdue and every invoice by its due day for {months:months}",
        "付清逾期款{overdue_amount:money}并连续{months:months}按期付款",
    ),
    "file_accounts": Words(
        "file new accounts (taken to repeat the figures of the last, {statement_age_days:days} old)",
        "提供新的财务报表（假定数据与{statement_age_days:days}前的报表相同）",
    ),
    "reduce_use": Words(
        "pay {paid_amount:money} ahead of its due date", "提前支付未到期款{paid_amount:money}"
    ),
    "guarantee": Words(
        "a bank guarantee of {guarantee_amount:money}", "提供银行保函{guarantee_amount:money}"
    ),
    "insurance": Words("insurance of {insured_amount:money}", "投保信用保险{insured_amount:money}"),
    "shorter_terms": Words("buy at terms of {terms_days:days}", "账期缩短至{terms_days:days}"),
}
"""What a buyer can do; several are joined."""

WHY: Mapping[str, Words] = {
    "need": Words(
        "The limit covers the buyer's need already; a larger one would not be used.",
        "额度已满足买方需求，更高额度并无用途。",
    ),
    "requested": Words("The limit is the one that was requested.", "额度即为所申请的额度。"),
    "concentration": Words(
        "What one buyer may be of our own book binds: nothing that the buyer does moves it.",
        "受我方单一买方集中度上限限制，买方无法改变。",
    ),
    "group_concentration": Words(
        "What one group may be of our own book binds: nothing that the buyer alone does moves it.",
        "受我方单一集团集中度上限限制，买方自身无法改变。",
    ),
    "insured_limit": Words(
        "The insurer's limit binds: only the insurer can raise it.", "受保险限额限制，只有保险人可以提高。"
    ),
    "bank_limit": Words(
        "The bank's limit binds: only the bank can raise it.", "受银行限额限制，只有银行可以提高。"
    ),
    "insolvent": Words("An insolvency is on record: nothing on credit.", "已有破产或清算记录：不予赊销。"),
    "in_default": Words(
        "The buyer is in default: only its cure ends the stop.", "买方已违约：恢复正常之前不予赊销。"
    ),
    "capacity": Words(
        "What the buyer can carry binds, and none of what was tried moves it: it follows from its accounts "
        "or its payment record.",
        "受买方承受能力限制：该能力取决于其财务报表或付款记录，所试措施均无法改变。",
    ),
    "expected_loss_budget": Words(
        "The budget for expected losses binds, and none of what was tried moves it enough.",
        "受预期损失预算限制，所试措施均不足以改变。",
    ),
    "accounts_unknown": Words(
        "Accounts would be used; what they would show, and so the limit, cannot be said.",
        "提供财务报表后将予以采用；但报表内容未知，额度无法判断。",
    ),
    "unsaid": Words(
        "No limit can be said, and none of what was tried gives one.", "无法给出额度，所试措施亦无效果。"
    ),
}
"""Why a limit cannot be raised, by what binds."""
