"""A customer's breakdown as a picture."""

import warnings
from io import BytesIO
from typing import Any, Literal

from matplotlib import font_manager, rc_context
from matplotlib.figure import Figure

from mkt_pipeline.contracts.reason_rules import Language
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.modelling.breakdown import Breakdown

Form = Literal["png", "svg", "pdf"]
FORMS: tuple[Form, ...] = ("png", "svg", "pdf")

MOST_BARS = 12
"""The weaker ones share a bar."""

_RAISES, _LOWERS, _ENDS = "#2b7a4b", "#b23b3b", "#3b6ea5"
_WORDS = {
    "en": {
        "usual": "usual customer",
        "rest": "everything else",
        "here": "this customer",
        "axis": "log-odds",
        "steps": "propensities come in steps, which neighbours share",
    },
    "zh": {
        "usual": "普通客户",
        "rest": "其他因素",
        "here": "该客户",
        "axis": "对数几率",
        "steps": "概率按阶梯校准, 相邻客户可能相同",
    },
}
_CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
)


def waterfall(found: Breakdown, *, title: str, language: Language, form: Form) -> bytes:
    """Bars from the usual customer's log-odds to this customer's, strongest first, as a file.

    The text of an ``svg`` stays text, and whoever looks at it brings the letters; the others need a
    font of this machine that has those of ``language``: BadInputError where there is none.
    """
    font = None if form == "svg" else _font(language)
    families = [font, "DejaVu Sans"] if font else ["DejaVu Sans"]
    written = BytesIO()
    with (
        rc_context({"font.family": families, "svg.fonttype": "none"}),
        warnings.catch_warnings(),
    ):
        if form == "svg":  # letters are measured here and drawn elsewhere
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        _figure(found, title, language).savefig(written, format=form, dpi=150)
    return written.getvalue()


def _figure(found: Breakdown, title: str, language: Language) -> Figure:
    words = _WORDS[language]
    bars = _bars(found, language, words["rest"])
    figure = Figure(figsize=(9, 1.6 + 0.4 * (len(bars) + 2)), layout="constrained")
    axes = figure.subplots()
    _draw(axes, found, bars)
    axes.set_yticks(
        range(len(bars) + 2),
        [
            f"{words['usual']}: {found.usual_propensity:.1%}",
            *(text for text, _ in bars),
            f"{words['here']}: {found.propensity:.1%}",
        ],
    )
    axes.invert_yaxis()
    axis = f"{words['axis']} ({words['steps']})" if found.in_steps else words["axis"]
    axes.set(xlabel=axis, title=title)
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right", "left"]].set_visible(False)
    return figure


def _bars(found: Breakdown, language: Language, rest: str) -> list[tuple[str, float]]:
    shown, weak = found.contributions[:MOST_BARS], found.contributions[MOST_BARS:]
    bars = [(one.texts[language], one.log_odds) for one in shown]
    together = found.remainder + sum(one.log_odds for one in weak)
    return [*bars, (rest, together)] if weak or together else bars


def _draw(axes: Any, found: Breakdown, bars: list[tuple[str, float]]) -> None:  # noqa: ANN401
    at = found.usual_log_odds
    axes.plot([at], [0], marker="D", color=_ENDS)
    for place, (_, moved) in enumerate(bars, start=1):
        colour = _RAISES if moved > 0 else _LOWERS
        axes.barh(place, moved, left=at, color=colour, height=0.6)
        axes.annotate(
            f"{moved:+.2f}".replace("-", "−"),
            (max(at, at + moved), place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
        )
        axes.plot([at + moved] * 2, [place - 0.3, place + 1], color="#888888", linewidth=0.8)
        at += moved
    axes.plot([at], [len(bars) + 1], marker="D", color=_ENDS)
    axes.use_sticky_edges = False  # bars would take the margin from the ends
    axes.margins(x=0.12)
    axes.set_axisbelow(True)


def _font(language: Language) -> str | None:
    if language != "zh":
        return None
    installed = {font.name for font in font_manager.fontManager.ttflist}
    for name in _CHINESE_FONTS:
        if name in installed:
            return name
    raise BadInputError(
        "this machine has no font with Chinese letters",
        remedy="write an .svg, which uses the fonts of whoever looks at it, or install Noto Sans"
        " CJK (on Debian: fonts-noto-cjk)",
    )
