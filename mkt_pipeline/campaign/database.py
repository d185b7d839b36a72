"""The campaign database: where segments are published, and what readers may ask of it."""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from mkt_pipeline.campaign import customer_lookup, erasing
from mkt_pipeline.campaign.audit import RecordedAct
from mkt_pipeline.campaign.copy_stream import CopyStream
from mkt_pipeline.campaign.customer_lookup import CustomerFound
from mkt_pipeline.campaign.decisions import reject, release
from mkt_pipeline.campaign.migrate import migrate, shipped_migrations
from mkt_pipeline.campaign.publication import (
    CurrentPublication,
    CustomerSegment,
    PastPublication,
    Publication,
    Receipt,
    SegmentCount,
    Switch,
    customer_segment,
)
from mkt_pipeline.campaign.publish import publish
from mkt_pipeline.campaign.readiness import Readiness, readiness
from mkt_pipeline.campaign.rollback import roll_back
from mkt_pipeline.campaign.session import Row, session
from mkt_pipeline.campaign.upkeep import UseCaseUpkeep, remove_old_rows
from mkt_pipeline.contracts.publication_limits import PublicationLimits


class CampaignDatabase:
    """The schema ``campaign`` of the PostgreSQL database at ``url``.

    Every call opens a session of its own and closes it. Errors of the driver arrive as those of
    ``mkt_pipeline.errors``, and never quote a row.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def migrate(self) -> tuple[str, ...]:
        """Create or upgrade the schema; the names of the migrations that were applied now.

        Refused (FailNowError) are a migration whose text changed after it was applied, and a
        schema that a later version made.
        """
        with session(self._url) as opened:
            return migrate(opened, shipped_migrations())

    def readiness(self) -> Readiness:
        """Whether a night can write here; changes nothing, applies no migration."""
        with session(self._url) as opened:
            return readiness(opened, shipped_migrations())

    def publish(
        self,
        *,
        publication: Publication,
        rows: pa.RecordBatchReader,
        limits: PublicationLimits | None = None,
    ) -> Receipt:
        """Make one night of one use case visible, all at once or not at all.

        ``rows`` has the columns customer_id (string), propensity (float64, 0 to 1), segment
        (high, medium or low), recommended_products and reasons (JSON lists as text, or Arrow lists
        of strings or structs), and may have segment_rank (integer, 1 is the best).

        A publication of the same day is replaced. One of an earlier day than the current one is
        published without becoming current. Refused with nothing changed: no rows or other than
        ``expected_rows``, a customer twice, a null, a value out of range (DataRefusedError), and
        another source than published the use case last (BadInputError).

        A night outside ``limits``, against the last publication for an earlier day, is held: kept
        and shown to nobody, with PublicationHeldError. Nothing is compared without limits.
        """
        stream = CopyStream(rows)
        with session(self._url) as opened:
            return publish(opened, publication, stream, limits)

    def release(
        self, use_case: str, *, as_of: date | None = None, who: str | None = None, reason: str
    ) -> Receipt:
        """Publish a held night as it is: that of a day, else the latest."""
        with session(self._url) as opened:
            return release(opened, use_case, as_of, who=who, reason=reason)

    def reject(
        self,
        use_case: str,
        *,
        as_of: date | None = None,
        who: str | None = None,
        reason: str | None = None,
    ) -> tuple[int, date]:
        """Drop a held night, that of a day, else the latest; its number and its day."""
        with session(self._url) as opened:
            return reject(opened, use_case, as_of, who=who, reason=reason)

    def roll_back(
        self, use_case: str, *, to: date | None = None, who: str | None = None, reason: str
    ) -> tuple[Switch, Mapping[str, int]]:
        """Make the publication of a day current again, else the one before the current.

        Returns the record of it, and how many entered, left and moved.
        """
        with session(self._url) as opened:
            return roll_back(opened, use_case, to, who=who, reason=reason)

    def erase(
        self,
        customer_id: str,
        *,
        person_hash: str,
        who: str | None = None,
        reason: str,
        before: Mapping[str, int],
    ) -> dict[str, int]:
        """Remove a person from every table, and record it with ``before``; rows by table."""
        with session(self._url) as opened:
            return erasing.erase(
                opened, customer_id, person_hash=person_hash, who=who, reason=reason, before=before
            )

    def left_of(self, customer_id: str) -> list[str]:
        """The columns that still name a person, a line each."""
        with session(self._url) as opened:
            return erasing.left_of(opened, customer_id)

    def audit(self, person_hash: str) -> list[Row]:
        """The times a person was erased, the latest first."""
        return self._rows("audit", person_hash=person_hash)

    def acts(self, use_case: str, limit: int = 30) -> tuple[RecordedAct, ...]:
        """What persons did to the nights and models of a use case, the latest first."""
        found = self._rows("acts", use_case=use_case, row_limit=limit)
        return tuple(RecordedAct(**row) for row in found)

    def look_up(
        self, customer_id: str, *, person_hash: str, who: str | None = None, reason: str
    ) -> CustomerFound:
        """What is published about a customer; recorded in the same transaction, found or not."""
        with session(self._url) as opened:
            return customer_lookup.look_up(
                opened, customer_id, person_hash=person_hash, who=who, reason=reason
            )

    def remove_old_rows(self, *, kept: int, dry_run: bool) -> list[UseCaseUpkeep]:
        """Remove the rows of all but the ``kept`` newest days of every use case."""
        with session(self._url) as opened:
            return remove_old_rows(opened, kept=kept, dry_run=dry_run)

    def remove_old_drift(self, *, before: date, dry_run: bool) -> int:
        """Remove what drift was seen on days before ``before``; how many rows."""
        with session(self._url) as opened, opened.transaction():
            (found,) = opened.rows("old_drift", before=before)
            if not dry_run:
                opened.run("forget_old_drift", before=before)
            return int(found["rows"])

    def database_sizes(self) -> dict[str, int]:
        """Bytes of every database of this server that the role may connect to."""
        return {row["name"]: row["bytes"] for row in self._rows("database_sizes")}

    def current(self, use_case: str) -> CurrentPublication | None:
        """The publication that readers see; None where nothing was published yet."""
        found = self._rows("publications", use_case=use_case, only_current=True, row_limit=1)
        return CurrentPublication(**found[0]) if found else None

    def publications(self, use_case: str, limit: int = 30) -> tuple[PastPublication, ...]:
        """Up to ``limit`` publications, the one written last first, replaced ones included."""
        found = self._rows("publications", use_case=use_case, only_current=False, row_limit=limit)
        return tuple(PastPublication(**row) for row in found)

    def held(self, use_case: str) -> tuple[PastPublication, ...]:
        """The nights that wait for a decision, that of the latest day first."""
        found = self._rows("held", use_case=use_case, as_of=None)
        return tuple(PastPublication(**row) for row in found)

    def nights(self, use_case: str, limit: int = 60) -> tuple[PastPublication, ...]:
        """What stands, is held or was rejected, the latest day first."""
        found = self._rows("nights", use_case=use_case, row_limit=limit)
        return tuple(PastPublication(**row) for row in found)

    def switches(self, use_case: str, limit: int = 30) -> tuple[Switch, ...]:
        """The times that readers came to see another publication, the latest first."""
        found = self._rows("switches", use_case=use_case, row_limit=limit)
        return tuple(Switch(**row) for row in found)

    def segment_counts(self, use_case: str) -> tuple[SegmentCount, ...]:
        """High, medium and low of the current publication; zeros where there is none."""
        return tuple(SegmentCount(**row) for row in self._rows("segment_counts", use_case=use_case))

    def examples(self, use_case: str, count: int) -> tuple[CustomerSegment, ...]:
        """Up to ``count`` customers, from the middle of each segment in turn, best first."""
        found = self._rows("examples", use_case=use_case, row_limit=count)
        return tuple(customer_segment(row) for row in found)

    def customer(self, use_case: str, customer_id: str) -> CustomerSegment | None:
        """One customer of the current publication; None where it is not in it."""
        found = self._rows("customer", use_case=use_case, customer_id=customer_id)
        return customer_segment(found[0]) if found else None

    def _rows(self, name: str, **parameters: object) -> list[Row]:
        with session(self._url) as opened, opened.transaction():
            return opened.rows(name, **parameters)
