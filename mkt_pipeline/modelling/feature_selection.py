"""Which features are worth their place: three kinds of evidence, each held against shadows.

A shadow is a feature whose values were dealt out anew among the rows: it has the same distribution
and knows nothing. What the best of all shadows reaches by luck is the yardstick (Kursa and Rudnicki
2010, Feature selection with the Boruta package).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import mutual_info_score

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.modelling.boosting import BOOSTING
from mkt_pipeline.modelling.calibration import Calibrated, Calibrator
from mkt_pipeline.modelling.encoded_columns import features_of_columns
from mkt_pipeline.modelling.encoding import scaled
from mkt_pipeline.modelling.importance import importance
from mkt_pipeline.modelling.labelled import Labelled

MOST_ROWS = 20_000
BINS = 16
"""Of a number, by rank; missing is a bin of its own."""
L1_C = 0.1
"""Inverse of the penalty: strong enough that most shadows get no weight at all."""

Figures = Mapping[str, float]

_SHADOW = "shadow:"


@dataclass(frozen=True)
class Evidence:
    """One kind of evidence by feature, and what the best shadow has of it."""

    name: str
    figures: Figures
    yardstick: float

    def speaks_for(self, feature: str) -> bool:
        """Whether the feature has more of it than luck."""
        return self.figures[feature] > self.yardstick


@dataclass(frozen=True)
class Selection:
    """``kept`` are the features that some evidence speaks for."""

    kept: tuple[Feature, ...]
    evidence: tuple[Evidence, ...]
    features: tuple[Feature, ...]

    def table(self) -> pd.DataFrame:
        """A row per feature: its figures, how many of them speak for it, whether it was kept; then
        the yardsticks. Most spoken for first.
        """
        kept = {feature.name for feature in self.kept}
        rows = [
            {
                "feature": one.name,
                **{kind.name: kind.figures[one.name] for kind in self.evidence},
                "spoken_for_by": sum(kind.speaks_for(one.name) for kind in self.evidence),
                "kept": one.name in kept,
            }
            for one in self.features
        ]
        found = pd.DataFrame(rows).sort_values(
            ["spoken_for_by", self.evidence[-1].name, "feature"], ascending=[False, False, True]
        )
        best = {kind.name: kind.yardstick for kind in self.evidence}
        last = pd.DataFrame([{"feature": "(best shadow)", **best}])
        return pd.concat([found, last], ignore_index=True)


def select_features(
    features: Sequence[Feature], data: Labelled, *, seed: int, needed: Collection[str] = ()
) -> Selection:
    """Keep what mutual information, an L1-penalised logistic regression or the permutation
    importance of boosted trees finds more in than in the best shadow, and what is ``needed``.

    ``data`` are the training dates: the trees learn from all but the last of them and are asked
    about the last, or from one half and about the other where there is one date only. At most
    ``MOST_ROWS`` rows, drawn by ``seed``. Where nothing is kept, everything is.
    """
    rng = np.random.default_rng(seed)
    names = [feature.name for feature in features]
    shadows = [replace(one, name=f"{_SHADOW}{one.name}") for one in features]
    some = _drawn(data, rng)
    dealt = {s.name: _dealt(some.frame[n], rng) for n, s in zip(names, shadows, strict=True)}
    frame = pd.concat([some.frame[names], pd.DataFrame(dealt)], axis=1)
    both = [*features, *shadows]
    rows = replace(some, frame=frame)
    evidence = (
        _against_shadows("mutual_information", _mutual_information(both, rows)),
        _against_shadows("l1_weight", _l1_weights(both, rows, seed)),
        _against_shadows("permutation", _permutation(both, rows, seed)),
    )
    found = {one.name for one in features if any(kind.speaks_for(one.name) for kind in evidence)}
    kept = tuple(one for one in features if found and one.name in found | set(needed))
    return Selection(kept or tuple(features), evidence, tuple(features))


def _against_shadows(name: str, figures: Figures) -> Evidence:
    own = {feature: figure for feature, figure in figures.items() if not _is_shadow(feature)}
    best = max(figure for feature, figure in figures.items() if _is_shadow(feature))
    return Evidence(name, own, best)


def _is_shadow(name: str) -> bool:
    return name.startswith(_SHADOW)


def _drawn(data: Labelled, rng: np.random.Generator) -> Labelled:
    chosen = np.arange(data.rows)
    if data.rows > MOST_ROWS:
        chosen = np.sort(rng.choice(data.rows, MOST_ROWS, replace=False))
    frame = data.frame.iloc[chosen].reset_index(drop=True)
    return Labelled(frame, data.label[chosen], data.as_of[chosen])


def _dealt(values: pd.Series, rng: np.random.Generator) -> pd.Series:
    return values.iloc[rng.permutation(len(values))].reset_index(drop=True)


def _mutual_information(features: Sequence[Feature], data: Labelled) -> Figures:
    """In nats, of the label and the feature's bins."""
    return {
        one.name: float(mutual_info_score(data.label, _binned(data.frame[one.name], one)))
        for one in features
    }


def _binned(values: pd.Series, feature: Feature) -> npt.NDArray[np.int64]:
    if feature.kind == "number":
        ranks = values.rank(pct=True)  # NaN stays NaN
        return np.asarray((ranks * BINS).fillna(-1).astype(np.int64))
    codes, _ = pd.factorize(values, use_na_sentinel=False)
    return np.asarray(codes, dtype=np.int64)


def _l1_weights(features: Sequence[Feature], data: Labelled, seed: int) -> Figures:
    """The largest weight of the feature's columns, all of which are of the order of one."""
    encoder = scaled(features)
    model = LogisticRegression(C=L1_C, l1_ratio=1, solver="liblinear", random_state=seed)
    model.fit(encoder.fit_transform(data.frame), data.label)
    result = dict.fromkeys((feature.name for feature in features), 0.0)
    columns = zip(features_of_columns(encoder), np.abs(model.coef_[0]).tolist(), strict=True)
    for name, weight in columns:
        result[name] = max(result[name], weight)
    return result


def _permutation(features: Sequence[Feature], data: Labelled, seed: int) -> Figures:
    """Average precision lost when the feature's values are dealt out anew."""
    last = data.as_of == data.as_of.max()
    asked = last if not last.all() else np.arange(data.rows) % 2 == 1
    learned, judged = _only(data, ~asked), _only(data, asked)
    if judged.positives in (0, judged.rows) or learned.positives in (0, learned.rows):
        return dict.fromkeys((feature.name for feature in features), 0.0)
    pipeline = BOOSTING.fitted(features, learned, seed)
    score = pipeline.decision_function(judged.frame)
    model = Calibrated(pipeline, Calibrator("sigmoid").fit(score, judged.label))
    found = importance(model=model, data=judged, features=features, seed=seed)
    return dict(zip(found["feature"], found["mean"].tolist(), strict=True))


def _only(data: Labelled, rows: npt.NDArray[np.bool_]) -> Labelled:
    frame = data.frame[rows].reset_index(drop=True)
    return Labelled(frame, data.label[rows], data.as_of[rows])
