"""Step: take one person out of everything, and prove that nothing is left."""

from collections.abc import Mapping
from dataclasses import dataclass

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.contracts.customer_id import refuse_unusable_id
from mkt_pipeline.contracts.night import Facts
from mkt_pipeline.contracts.stated_reason import stated_reason
from mkt_pipeline.errors import BadInputError, FailNowError
from mkt_pipeline.lake.erase_search import left_in_lake
from mkt_pipeline.lake.erasing import LakeErasure
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.unfinished import UNFINISHED_SECONDS
from mkt_pipeline.steps.stopwatch import Stopwatch


class StillThereError(FailNowError):
    """Something of an erased person is left."""


@dataclass(frozen=True)
class Erasure(Facts):
    """One erased person, known by a keyed hash; ``counts`` are rows by table.

    ``unfinished`` files of the lake belong to no commit and are too young to be removed.
    """

    person_hash: str
    counts: Mapping[str, int]
    unfinished: int
    seconds: float

    def lines(self) -> list[str]:
        """What was removed from where."""
        told = [f"{name}: {count:,} rows removed" for name, count in self.counts.items() if count]
        return [
            *(told or ["nothing of this person was there"]),
            f"erased {self.person_hash[:16]}: {sum(self.counts.values()):,} rows,"
            f" {self.seconds:.1f} s; recorded in campaign.audit",
            *self._unfinished(),
        ]

    def _unfinished(self) -> list[str]:
        if not self.unfinished:
            return []
        return [
            f"{self.unfinished:,} files of the lake belong to writes that run or were killed, and"
            f" may hold the person: erase again in {UNFINISHED_SECONDS // 3600} hours, when the"
            " killed ones are removed, then search with --verify"
        ]


@dataclass(frozen=True)
class NothingLeft(Facts):
    """The result of a search that found nothing."""

    seconds: float

    def lines(self) -> list[str]:
        """Where was searched."""
        return [
            "nothing is left: searched every Parquet file of the lake and the scratch folder for"
            " rows of this key, and every commit and every text column of the campaign tables for"
            f" the key ({self.seconds:.1f} s); a reason that names the person is not accepted",
            "not searched: what other customers' texts say, backups, and space that PostgreSQL has"
            " freed and not yet written over",
        ]


def erase_person(
    *,
    lake: Lake,
    campaign: CampaignDatabase,
    customer_id: str,
    who: str,
    reason: str,
    even_unknown: bool = False,
) -> Erasure:
    """Remove a person from the lake and the campaign tables, for good; running it again is safe.

    BadInputError where nothing is known of a person and nobody of that key was erased before,
    unless ``even_unknown``: a key that was mistyped would bar somebody else for good.
    """
    refuse_unusable_id(customer_id)
    why = stated_reason(reason, about=customer_id)
    watch, erasure = Stopwatch(), _erasure(lake)
    with lake.session() as session:
        known = even_unknown or erasure.knows(session, customer_id)
        if not known and not campaign.left_of(customer_id):
            raise BadInputError(
                "nothing of this customer is in the lake or in the campaign tables",
                remedy="correct the key, or say --even-unknown to keep it out of all later nights",
            )
        person = lake.erased.person(customer_id)
        recorded = len(campaign.audit(person))
        removed = erasure.erase(session, customer_id, recorded=recorded)
    in_lake = {f"lake/{name}": count for name, count in removed.items()}
    in_campaign = campaign.erase(
        customer_id, person_hash=person, who=who, reason=why, before=in_lake
    )
    unfinished = len(erasure.unfinished())
    return Erasure(person, {**in_lake, **in_campaign}, unfinished, watch.seconds)


def verify_erased(*, lake: Lake, campaign: CampaignDatabase, customer_id: str) -> NothingLeft:
    """Search everything for a person; StillThereError names what is left."""
    refuse_unusable_id(customer_id)
    watch = Stopwatch()
    with lake.session() as session:
        left = left_in_lake(_erasure(lake), session, customer_id)
    left += campaign.left_of(customer_id)
    if left:
        raise StillThereError(
            f"of this person there is left: {'; '.join(left)}",
            remedy="run `mkt erase` with a reason while no night is running",
        )
    return NothingLeft(watch.seconds)


def _erasure(lake: Lake) -> LakeErasure:
    return LakeErasure(lake.place, lake.scratch, lake.erased)
