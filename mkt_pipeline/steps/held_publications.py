"""Steps: what a person decides about nights that are held, and about one that should not stand."""

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.night import Published, Rejected, RolledBack
from mkt_pipeline.steps.publish import published
from mkt_pipeline.steps.stopwatch import Stopwatch


def release_held(
    *, campaign: CampaignDatabase, use_case: str, as_of: AsOf | None, who: str, reason: str
) -> Published:
    """Publish a held night as it is: that of a day, else the latest."""
    watch = Stopwatch()
    receipt = campaign.release(use_case, as_of=as_of.day if as_of else None, who=who, reason=reason)
    return published(receipt, seconds=watch.seconds, released=True)


def reject_held(
    *, campaign: CampaignDatabase, use_case: str, as_of: AsOf | None, who: str, reason: str | None
) -> Rejected:
    """Drop a held night: that of a day, else the latest."""
    number, day = campaign.reject(
        use_case, as_of=as_of.day if as_of else None, who=who, reason=reason
    )
    return Rejected(use_case, day.isoformat(), number)


def roll_back_publication(
    *, campaign: CampaignDatabase, use_case: str, to: AsOf | None, who: str, reason: str
) -> RolledBack:
    """Make the publication of a day current again, else the one before the current."""
    switch, changes = campaign.roll_back(
        use_case, to=to.day if to else None, who=who, reason=reason
    )
    return RolledBack(
        use_case,
        str(switch.as_of),
        switch.publication_id,
        str(switch.previous_as_of),
        int(switch.previous_publication_id or 0),
        switch.switched_by,
        reason,
        dict(changes),
    )
