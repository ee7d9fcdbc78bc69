"""The plots of a report, as SVG that stands in the page itself."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure

from onshore.report.figures import NOT_KNOWN
from onshore.report.words import country

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
    """Draw the calls of each month by country; the six largest, and the rest together."""
    months = sorted(found.by_month)
    totals = {
        code: sum(found.by_month[month][code] for month in months) for month in months for code in found.by_month[month]
    }
    lacking = {"": "#C8C8C8", NOT_KNOWN: "#8A8A8A"}  # of no country: grey, on top of the others
    ordered = sorted(set(totals) - set(lacking), key=lambda code: (-totals[code], code))
    shown = ordered[:6]
    figure, axes = _figure(2.8)
    below = [0] * len(months)
    stack = [*shown, *(["rest"] if len(ordered) > 6 else []), *(code for code in (NOT_KNOWN, "") if totals.get(code))]
    for place, code in enumerate(stack):
        codes = ordered[6:] if code == "rest" else [code]
        heights = [sum(found.by_month[month][one] for one in codes) for month in months]
        label = "others" if code == "rest" else country(code)
        axes.bar(months, heights, bottom=below, color=lacking.get(code, _COLOURS[place % 7]), width=0.6, label=label)
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
    """Draw what the rule set measures: the share answered abroad, or what moved there; and its threshold."""
    figure, axes = _figure(2.6)
    (_moved if rules.report.measure == "moved" else _share)(axes, found, rules)
    if rules.report.share_alert:
        limit = 100 * rules.report.share_alert
        axes.axhline(limit, color="#D55E00", linewidth=1, label=f"threshold of {rules.name}: {limit:g} %")
    axes.tick_params(axis="x", rotation=45)
    axes.legend(fontsize=7, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return _svg(figure)


def _share(axes: Any, found: Figures, rules: Rules) -> None:  # noqa: ANN401 - matplotlib's
    names = [one.span for one in found.spans]
    share = [math.nan if one.share is None else 100 * one.share for one in found.spans]
    average = [math.nan if one.average is None else 100 * one.average for one in found.spans]
    axes.plot(names, share, marker="o", color=_COLOURS[0], label="share abroad")
    if not all(map(math.isnan, average)):
        label = f"share of the {rules.report.share_months} months before"
        axes.plot(names, average, color=_COLOURS[1], linestyle="--", label=label)
    axes.set_ylabel("% of answered calls", fontsize=8, color=_GREY)
    axes.set_ylim(0, 100)


def _moved(axes: Any, found: Figures, rules: Rules) -> None:  # noqa: ANN401 - the same
    names = [one.span for one in found.spans]
    moved = [math.nan if one.moved is None else 100 * one.moved for one in found.spans]
    axes.bar(names, moved, color=_COLOURS[0], width=0.6, label="moved abroad")
    axes.axhline(0, color=_GREY, linewidth=0.6)
    unknown = [place for place, one in enumerate(found.spans) if one.moved is None]
    if unknown:
        axes.plot(unknown, [0] * len(unknown), linestyle="", marker="x", color=_COLOURS[7], label="not known")
    highest = max([50, *(value for value in moved if not math.isnan(value))])
    lowest = min([0, *(value for value in moved if not math.isnan(value))])
    axes.set_ylim(1.1 * lowest, 1.1 * highest)
    axes.set_ylabel(f"% of the {rules.report.share_months} months before", fontsize=8, color=_GREY)


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
