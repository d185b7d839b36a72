"""The champion, made ready to score one day; refused where it does not fit."""

from collections.abc import Collection

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.errors import ModelRefusedError
from mkt_pipeline.modelling.calibration import Calibrated
from mkt_pipeline.modelling.contributions import Explainer
from mkt_pipeline.modelling.signature import feature_differences
from mkt_pipeline.tracking.champion import Champion


def explainer_of(champion: Champion, as_of: AsOf) -> Explainer:
    """What takes the champion's scores of a day apart; made once, before threads share it."""
    explainer = Explainer(model_on(champion, as_of), champion.reference, champion.features)
    explainer.parts  # noqa: B018 - tables are made here
    return explainer


def model_on(champion: Champion, as_of: AsOf) -> Calibrated:
    """The champion's model, calibrated for a day."""
    model = champion.model
    if not isinstance(model, Calibrated):
        raise ModelRefusedError(
            f"{champion.name} version {champion.version} holds a {type(model).__name__}, which is"
            " not calibrated",
            remedy="make another version champion with `mkt champion promote`",
        )
    return model.on(as_of.day)


def refuse_misfit(
    champion: Champion, offered: tuple[Feature, ...], sensitive: Collection[str]
) -> None:
    """Refuse a feature set that lacks what the champion was trained on, or has it otherwise; and a
    champion that uses what no model may use any more.

    Columns that came later do not matter: the champion does not look at them.
    """
    if used := [one.name for one in champion.features if one.name in sensitive]:
        raise ModelRefusedError(
            f"{champion.name} version {champion.version} uses {', '.join(used)}, which the use case"
            " marks as sensitive",
            remedy="train a model without it with `mkt train`, or make an earlier version champion"
            " that does not use it",
        )
    trained = {feature.name for feature in champion.features}
    differences = feature_differences(
        trained=champion.features, offered=[one for one in offered if one.name in trained]
    )
    if differences:
        raise ModelRefusedError(
            f"{champion.name} version {champion.version} does not fit the feature set:"
            f" {'; '.join(differences)}",
            remedy="train a new model with `mkt train`, or bring the columns back in the source",
        )
