"""The plots of a report, as SVG that stands in the page itself."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure

from onshore.report.document import country

if TYPE_CHECKING:
    from onshore.report.figures import Figures
    from onshore.rules import Rules

# Told apart by those who see colours otherwise, too (Okabe and Ito).
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
_GREY = "#555555"


def _figure(height: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(7.5, height), layout="constrained")
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(labelsize=8, colors=_GREY)
    return figure, axes


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "onshore"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    drawn = text.getvalue()
    return drawn[drawn.index("<svg") :]


def countries(found: Figures) -> str:
    """Draw the calls of each month by country; the seven largest, and the rest together."""
    months = sorted(found.by_month)
    totals = {
        code: sum(found.by_month[month][code] for month in months) for month in months for code in found.by_month[month]
    }
    ordered = sorted(totals, key=lambda code: -totals[code])
    shown = ordered[:7]
    figure, axes = _figure(2.8)
    below = [0] * len(months)
    for place, code in enumerate([*shown, *(["rest"] if len(ordered) > 7 else [])]):
        codes = ordered[7:] if code == "rest" else [code]
        heights = [sum(found.by_month[month][one] for one in codes) for month in months]
        label = "others" if code == "rest" else country(code)
        axes.bar(months, heights, bottom=below, color=_COLOURS[place], width=0.6, label=label)
        below = [one + other for one, other in zip(below, heights, strict=True)]
    axes.set_ylabel("calls", fontsize=8, color=_GREY)
    axes.set_xlim(-0.8, max(len(months) - 0.2, 1.8))
    axes.legend(fontsize=7, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return _svg(figure)


def disclosed(found: Figures) -> str:
    """Draw how much of the disclosure was heard, as one bar."""
    names = (("full", "in full"), ("part", "in part"), ("no", "not at all"))
    figure, axes = _figure(1.3)
    left = 0
    for (name, label), colour in zip(names, ("#0072B2", "#E69F00", "#D55E00"), strict=True):
        number = found.disclosed[name]
        axes.barh([0], [number], left=left, color=colour, label=f"{label}: {number}")
        left += number
    axes.set_yticks([])
    axes.set_xlim(0, max(left, 1))
    axes.spines["left"].set_visible(False)
    axes.legend(fontsize=7, frameon=False, ncols=3, loc="upper left", bbox_to_anchor=(0, -0.3))
    return _svg(figure)


def abroad(found: Figures, rules: Rules) -> str:
    """Draw the share answered abroad by month, the average of the months before, and the rule set's threshold."""
    months = [one for one in found.months if one.share is not None]
    figure, axes = _figure(2.6)
    names = [one.month for one in months]
    axes.plot(names, [100 * (one.share or 0) for one in months], marker="o", color=_COLOURS[0], label="share abroad")
    average = [(one.month, 100 * one.average) for one in months if one.average is not None]
    if average:
        axes.plot(*zip(*average, strict=True), color=_COLOURS[1], linestyle="--", label="average of the months before")
    if rules.report.share_alert:
        axes.axhline(100 * rules.report.share_alert, color="#D55E00", linewidth=1, label=f"threshold of {rules.name}")
    axes.set_ylabel("% of answered calls", fontsize=8, color=_GREY)
    axes.set_ylim(0, 100)
    axes.tick_params(axis="x", rotation=45)
    axes.legend(fontsize=7, frameon=False)
    return _svg(figure)


def waits(found: Figures) -> str:
    """Draw mean, median and 90th percentile of both kinds of callers side by side."""
    figure, axes = _figure(2.2)
    names = ("mean", "median", "90th percentile")
    kinds = ((found.asked, "asked for home"), (found.first, "routed home first"))
    for place, ((kind, label), colour) in enumerate(zip(kinds, _COLOURS[:2], strict=True)):
        heights = [kind.mean or 0, kind.median or 0, kind.percentile_90 or 0]
        positions = [number + (place - 0.5) * 0.34 for number in range(3)]
        bars = axes.bar(positions, heights, width=0.32, color=colour, label=f"{label} ({kind.number} calls)")
        axes.bar_label(bars, fmt="%.0f", fontsize=7, color=_GREY)
    axes.set_xticks(range(3), names)
    axes.set_ylabel("seconds", fontsize=8, color=_GREY)
    axes.legend(fontsize=7, frameon=False)
    return _svg(figure)
