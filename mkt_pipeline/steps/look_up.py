"""Step: what is published about one customer, and the record that somebody asked."""

from mkt_pipeline.campaign.customer_lookup import CustomerFound
from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.contracts.customer_id import refuse_unusable_id
from mkt_pipeline.contracts.stated_reason import stated_reason
from mkt_pipeline.lake.lake import Lake


def look_up_customer(
    *, lake: Lake, campaign: CampaignDatabase, customer_id: str, who: str, reason: str
) -> CustomerFound:
    """Look a customer up in every use case; recorded by a keyed hash, also where nothing is known.

    BadInputError where no reason is given, or one that tells who it is: the record must not.
    """
    refuse_unusable_id(customer_id)
    why = stated_reason(reason, about=customer_id)
    # The hash by which erased persons are known, so that one key finds all acts on a person.
    person = lake.erased.person(customer_id)
    return campaign.look_up(customer_id, person_hash=person, who=who, reason=why)
