"""Indices and classic scores of accounts as data: sums of ratios with the coefficients of their authors."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CYCLES", "INDICES", "PRICE_INDEX", "SCORES", "Index", "Score"]


class Index(NamedTuple):
    """A ratio of this year over the same of the year before, or the other way round.

    Parameters
    ----------
    ratio : str
        A ratio of `RATIOS` or `PARTS`, or an item of `GROWTH` (its growth factor).
    is_inverse : bool
        The year before over this year.
    neutral : bool
        Counts as 1 where it is missing.
    """

    ratio: str
    is_inverse: bool = False
    neutral: bool = False


class Score(NamedTuple):
    """``constant + sum of coefficient x figure``; missing where a figure is missing.

    Parameters
    ----------
    constant : float
    terms : tuple of (float, str)
        Coefficients and figures: ratios, parts, indices, averaged ratios or figures of `figures.SPECIAL`.
    source : str
        Publication and what its thresholds are; empty for what is no score.
    """

    constant: float
    terms: tuple[tuple[float, str], ...]
    source: str


INDICES: dict[str, Index] = {
    "receivables_index": Index("receivables_to_revenue"),
    "gross_margin_index": Index("gross_margin", is_inverse=True),
    "asset_quality_index": Index("soft_assets_share", neutral=True),
    "sales_growth_index": Index("revenue"),
    "depreciation_index": Index("depreciation_rate", is_inverse=True, neutral=True),
    "overheads_index": Index("selling_general_administrative_to_revenue", neutral=True),
    "borrowings_index": Index("borrowings_to_assets"),
}
"""Indices of Beneish (DSRI, GMI, AQI, SGI, DEPI, SGAI, LVGI)."""

PRICE_INDEX = 700.0
"""Price level over that of 1968 = 100, by which Ohlson's score divides total assets: about the deflator of US
GDP in 2026. Its choice moves all scores alike."""

_Z2 = (
    (6.56, "working_capital_to_assets"),
    (3.26, "retained_earnings_to_assets"),
    (6.72, "ebit_to_assets"),
    (1.05, "equity_to_liabilities"),
)

CYCLES: dict[str, Score] = {
    "cash_conversion_cycle_days": Score(0.0, ((1.0, "dso_days"), (1.0, "dio_days"), (-1.0, "dpo_days")), ""),
}
"""Sums of ratios that are no score."""

SCORES: dict[str, Score] = {
    "altman_z": Score(
        0.0,
        (
            (1.2, "working_capital_to_assets"),
            (1.4, "retained_earnings_to_assets"),
            (3.3, "ebit_to_assets"),
            (0.6, "market_value_to_liabilities"),
            (0.999, "asset_turnover"),
        ),
        "Altman 1968, listed manufacturers; safe above 2.99, distress below 1.81",
    ),
    "altman_z_private": Score(
        0.0,
        (
            (0.717, "working_capital_to_assets"),
            (0.847, "retained_earnings_to_assets"),
            (3.107, "ebit_to_assets"),
            (0.420, "equity_to_liabilities"),
            (0.998, "asset_turnover"),
        ),
        "Altman 1983 (Z'), private manufacturers; safe above 2.9, distress below 1.23",
    ),
    "altman_z_nonmanufacturer": Score(
        0.0, _Z2, "Altman 1995 (Z''), other than manufacturers; safe above 2.6, distress below 1.1"
    ),
    "altman_em_score": Score(
        3.25, _Z2, "Altman 2005 (EM score), emerging markets; safe above 5.85, distress below 4.15"
    ),
    "ohlson_o": Score(
        -1.32,
        (
            (-0.407, "log_real_assets"),
            (6.03, "liabilities_to_assets"),
            (-1.43, "working_capital_to_assets"),
            (0.0757, "current_liabilities_to_current_assets"),
            (-1.72, "liabilities_exceed_assets"),
            (-2.37, "net_income_to_assets"),
            (-1.83, "funds_from_operations_to_liabilities"),
            (0.285, "two_losses"),
            (-0.521, "net_income_change_share"),
        ),
        "Ohlson 1980, model 1; log-odds of failure, his cut-off 0.038 is an O of -3.23",
    ),
    "zmijewski_x": Score(
        -4.336,
        ((-4.513, "net_income_to_assets"), (5.679, "liabilities_to_assets"), (0.004, "current_ratio")),
        "Zmijewski 1984; distress above 0 (a probit, not log-odds)",
    ),
    "springate_s": Score(
        0.0,
        (
            (1.03, "working_capital_to_assets"),
            (3.07, "ebit_to_assets"),
            (0.66, "pretax_income_to_current_liabilities"),
            (0.4, "asset_turnover"),
        ),
        "Springate 1978; distress below 0.862",
    ),
    "taffler_z": Score(
        3.20,
        (
            (12.18, "pretax_income_to_current_liabilities"),
            (2.50, "current_assets_to_liabilities"),
            (-10.68, "current_liabilities_to_assets"),
            (0.029, "no_credit_interval_days"),
        ),
        "Taffler 1983, listed British manufacturers; distress below 0",
    ),
    "china_f_score": Score(
        -0.1774,
        (
            (1.1091, "working_capital_to_assets"),
            (0.1074, "retained_earnings_to_assets"),
            (1.9271, "funds_from_operations_to_average_liabilities"),
            (0.0302, "market_value_to_liabilities"),
            (0.4961, "cash_earnings_to_average_assets"),
        ),
        "Zhou, Yang and Wang 1996 (F score), listed Chinese companies; distress below 0.0274",
    ),
    "beneish_m": Score(
        -4.84,
        (
            (0.920, "receivables_index"),
            (0.528, "gross_margin_index"),
            (0.404, "asset_quality_index"),
            (0.892, "sales_growth_index"),
            (0.115, "depreciation_index"),
            (-0.172, "overheads_index"),
            (4.679, "accruals_to_assets"),
            (-0.327, "borrowings_index"),
        ),
        "Beneish 1999, likely manipulation of accounts above -1.78; no measure of default",
    ),
}
"""Classic scores, with the coefficients of their authors."""
