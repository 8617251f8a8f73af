"""Figures that only a report has."""

from __future__ import annotations

from training.report.document.plots import cap_plot, forest_plot, stability_plot, stress_plot


def test_segments_stand_in_their_order_around_the_line_of_all() -> None:
    rows = [
        {
            "segment": "country",
            "category": "$x$" + "y" * 60,
            "n": 1200,
            "value": 0.7,
            "low": 0.6,
            "high": 0.8,
        },
        {"segment": "size", "category": "micro", "n": 30, "value": 0.5, "low": None, "high": None},
    ]
    axes = forest_plot(rows, 0.65).axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[0].startswith("country: $x$yyy")
    assert names[0].endswith("… (1,200)")
    assert names[1] == "size: micro (30)"
    assert [line.get_xdata()[0] for line in axes.lines] == [0.6, 0.7, 0.5, 0.5, 0.65]


def test_a_critical_value_is_a_tick_on_its_bar() -> None:
    long = "Change of average days late, 90 days against 12 months"
    rows = [
        {"label": "score", "psi": 0.3, "critical": 0.02, "enough": True},
        {"label": long, "psi": 9.5, "critical": 0.05, "enough": False},
    ]
    axes = stability_plot(rows).axes[0]
    assert [bar.get_width() for bar in axes.patches] == [0.3, 1.0]
    assert [text.get_text() for text in axes.texts] == [" 9.50 ▸"]
    assert [line.get_xdata()[0] for line in axes.lines] == [0.02, 0.05, 0.10, 0.25]
    # then a long name is whole, and a bar that cannot tell looks otherwise
    assert axes.get_yticklabels()[1].get_text().replace("\n", " ") == long
    assert [bar.get_linestyle() for bar in axes.patches] == ["solid", "--"]


def test_a_shock_leads_from_before_to_after() -> None:
    rows = [{"code": "sales_fall", "mean_probability_before": 0.02, "mean_probability_after": 0.03}]
    axes = stress_plot(rows).axes[0]
    assert list(axes.lines[0].get_xdata()) == [0.02, 0.03]
    assert axes.get_yticklabels()[0].get_text() == "sales fall"


def test_a_perfect_ranking_ends_at_the_base_rate() -> None:
    cap = {"base_rate": 0.2, "flagged": [0, 1], "captured": [0, 1], "accuracy_ratio": 0.0}
    axes = cap_plot(cap).axes[0]
    assert list(axes.lines[0].get_xdata()) == [0, 0.2, 1]
