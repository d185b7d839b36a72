"""The figures of quality as a page."""

from collections.abc import Mapping
from statistics import fmean
from typing import Any

ASKED_BEHIND_TRUTH, ASKED_CALIBRATION, ASKED_BEHIND = 0.015, 0.01, 0.003

NAMES = {
    "champion": "**champion**",
    "baseline": "recency-frequency-money rule",
    "last_period": "last-period repeat",
    "bg_nbd": "BG/NBD",
    "bg_nbd_gamma_gamma": "BG/NBD with gamma-gamma, by expected revenue",
    "flaml": "FLAML",
}


def as_table(found: Mapping[str, Any]) -> str:
    """Markdown."""
    lines = ["# Quality, side by side", "", f"Measured {found['measured_at']}.", ""]
    lines += _dealership(found["dealership"])
    if "online_retail" in found:
        lines += _retail(found["online_retail"])
    return "\n".join(lines) + "\n"


def _dealership(found: Mapping[str, Any]) -> list[str]:
    lines = [
        "## Generated dealership: beside the true probability",
        "",
        f"Asked: at most {ASKED_BEHIND_TRUTH} of ROC AUC behind the truth, a calibration error of"
        f" at most {ASKED_CALIBRATION}.",
        "",
        "| use case | day | truth | champion | behind | calibration error | training |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in found.items():
        champion, truth = one["models"]["champion"], one["truth"]
        lines.append(
            f"| {name} | {one['cut']} | {truth['roc_auc']:.4f} ± {truth['standard_error']:.4f}"
            f" | {champion['roc_auc']:.4f} | {one['behind_truth']:.4f}"
            f" | {champion['calibration_error']:.4f} | {one['seconds']:.0f} s |"
        )
    return [*lines, ""]


def _retail(found: Mapping[str, Any]) -> list[str]:
    models = list(dict.fromkeys(name for one in found.values() for name in one["models"]))
    lines = [
        "## Real retail log: beside other ways",
        "",
        "Purchase within 90 days of each cut. Each cell: ROC AUC, average precision, lift at 10 %.",
        f"Asked: a mean ROC AUC of at most {ASKED_BEHIND} below any other way.",
        "",
        f"| | {' | '.join(found)} | mean ROC AUC | champion ahead by |",
        f"|---|{'---|' * (len(found) + 2)}",
    ]
    means = {
        name: fmean(one["models"][name]["roc_auc"] for one in found.values()) for name in models
    }
    for name in models:
        cells = " | ".join(_cell(one["models"][name]) for one in found.values())
        ahead = "" if name == "champion" else f"{means['champion'] - means[name]:+.4f}"
        lines.append(f"| {NAMES.get(name, name)} | {cells} | {means[name]:.4f} | {ahead} |")
    return [*lines, ""]


def _cell(figures: Mapping[str, float]) -> str:
    shown = (figures["roc_auc"], figures["average_precision"], figures["lift_at_10"])
    return f"{shown[0]:.4f}, {shown[1]:.3f}, {shown[2]:.2f}"
