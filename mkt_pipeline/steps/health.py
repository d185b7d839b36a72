"""Step: how the model of a use case is doing, from what the nights have recorded."""

from dataclasses import dataclass

from mkt_pipeline.campaign.model_health import Alarm, DriftNight, ModelHealth, PublicationHealth
from mkt_pipeline.contracts.night import Facts
from mkt_pipeline.modelling.drift_words import sign_words
from mkt_pipeline.modelling.health_words import against_rule, by_segment, measure_lines


@dataclass(frozen=True)
class Health(Facts):
    """The latest publication that something is known of, the latest night, and the last alarm."""

    use_case: str
    publication: PublicationHealth | None
    night: DriftNight | None
    alarm: Alarm | None

    def lines(self) -> list[str]:
        """What came true, what is different, and whether an alarm stands."""
        return [f"{self.use_case}", *self._came_true(), *self._drift(), self._alarm()]

    def _came_true(self) -> list[str]:
        one = self.publication
        if one is None:
            return ["no label window has closed yet: nothing is known of what came true"]
        segments = by_segment(one.figures)
        return [
            f"published as of {one.as_of} with version {one.model_version}, outcomes as known on"
            f" {one.measured_as_of}:",
            against_rule(one.figures),
            *(f"  {line}" for line in measure_lines(one.figures)),
            *([f"  {segments}"] if segments else []),
        ]

    def _drift(self) -> list[str]:
        one = self.night
        if one is None:
            return ["no night has been looked at yet → run `mkt monitor`"]
        outside = [f"  {sign_words(sign)}" for sign in one.signs if sign.level != "ok"]
        return [
            f"night of {one.as_of} with version {one.model_version}: {len(one.signs):,} signs of"
            f" drift looked at, {len(outside):,} outside",
            *outside,
        ]

    def _alarm(self) -> str:
        one = self.alarm
        if one is None:
            return "no alarm was ever raised"
        ended = f", {one.ended} on {one.ended_as_of}" if one.ended else ", stands"
        return f"alarm of {one.raised_as_of}{ended}: {one.sentence}"


def health_of(*, health: ModelHealth, use_case: str) -> Health:
    """Read it from the campaign database."""
    figures, nights = health.figures(use_case), health.drift(use_case)
    alarms = health.alarms(use_case, limit=1)
    return Health(
        use_case,
        figures[0] if figures else None,
        nights[0] if nights else None,
        alarms[0] if alarms else None,
    )
