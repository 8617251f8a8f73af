"""What a portfolio consists of, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from features.portfolio import Portfolio

__all__ = ["summary_of", "summary_text"]


def summary_of(portfolio: Portfolio, reconciliation: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return seller, books and tables, and how the portfolio reconciles where that was asked."""
    summary: dict[str, Any] = {
        "seller_id": portfolio.seller.seller_id,
        "observed_from": f"{portfolio.observed_from.isoformat()}Z",
        "observed_until": f"{portfolio.observed_until.isoformat()}Z",
        "tables": {
            name: {
                "rows": len(frame),
                "knowledge": portfolio.knowledge[name],
                "repeated": portfolio.repeated.get(name, 0),
            }
            for name, frame in portfolio.tables.items()
        },
    }
    if reconciliation is not None:
        from features.sources.control_kept import import_text

        summary["reconciliation"] = {**reconciliation, "import": import_text(portfolio)}
    return summary


def summary_text(summary: dict[str, Any]) -> str:
    """Return a summary as lines of text."""
    lines = [
        f"portfolio of seller '{summary['seller_id']}', "
        f"books from {summary['observed_from']} to {summary['observed_until']}"
    ]
    for name, table in summary["tables"].items():
        repeated = f", {table['repeated']} repeated rows count once" if table["repeated"] else ""
        lines.append(f"  {name:<12}{table['rows']:>10,} rows, knowledge time {table['knowledge']}{repeated}")
    reconciliation = summary.get("reconciliation")
    if reconciliation is not None:
        lines.append(f"{reconciliation['status']}, {reconciliation['compared']} figures compared")
        lines += [reconciliation["import"]] if reconciliation["import"] else []
    return "\n".join(lines)
