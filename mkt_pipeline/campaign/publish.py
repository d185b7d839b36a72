"""Publishing one night of one use case: all at once, or not at all."""

import json
from collections.abc import Mapping
from dataclasses import asdict

import psycopg2
from psycopg2 import sql

from mkt_pipeline.campaign.bystanders import have_ended, open_transactions
from mkt_pipeline.campaign.comparison import Comparison, Night, compare
from mkt_pipeline.campaign.copy_stream import CopyStream
from mkt_pipeline.campaign.partitions import (
    add_partition,
    partition_name,
    register_use_case,
    remove_leftovers,
)
from mkt_pipeline.campaign.publication import Publication, Receipt
from mkt_pipeline.campaign.publication_held import PublicationHeldError, held_error
from mkt_pipeline.campaign.session import Row, Session
from mkt_pipeline.campaign.showing import Act, Shown, Staged, show
from mkt_pipeline.contracts.publication_limits import PublicationLimits
from mkt_pipeline.contracts.segment_names import SEGMENTS
from mkt_pipeline.errors import BadInputError, DataRefusedError


def publish(
    session: Session,
    publication: Publication,
    stream: CopyStream,
    limits: PublicationLimits | None,
) -> Receipt:
    """Publish in one transaction, after an empty partition was made for it.

    The empty partition is attached beforehand, so that the transaction changes rows only and every
    reader sees the night before or this one, by the rules of an ordinary snapshot. A night outside
    ``limits`` is committed as held, and PublicationHeldError raised.
    """
    _refuse_nobody(publication)
    with session.transaction():
        session.run("lock", name=f"use case {publication.use_case}")
        _refuse_other_source(session, publication)
    register_use_case(session, publication.use_case)
    publication_id = add_partition(session, publication.use_case)
    try:
        with session.transaction():
            written = _write(session, publication, stream, publication_id, limits)
    finally:
        remove_leftovers(session, publication.use_case)
    if isinstance(written, PublicationHeldError):
        raise written
    return written


def _write(
    session: Session,
    publication: Publication,
    stream: CopyStream,
    publication_id: int,
    limits: PublicationLimits | None,
) -> Receipt | PublicationHeldError:
    # A statement that was planned before the partition was attached would not look into it.
    planned_before = open_transactions(session)
    _copy(session, stream, publication_id)
    totals = _checked_totals(session, publication, publication_id)
    comparison = _compared(session, publication, publication_id, totals, limits)
    staged = _stage(session, publication, publication_id, totals, comparison)
    # Before a night is held as well: it may be released the moment after.
    have_ended(session, planned_before)
    if comparison.holds:
        current = session.row(
            "publications", use_case=staged.use_case, only_current=True, row_limit=1
        )
        return held_error(staged, comparison, stays=current["as_of"] if current else None)
    shown = show(session, staged, Act(cause="night", who=publication.published_by))
    return _receipt(staged, totals, comparison, shown)


def _copy(session: Session, stream: CopyStream, publication_id: int) -> None:
    partition = partition_name(publication_id)
    columns = sql.SQL(", ").join(map(sql.Identifier, stream.columns))
    try:
        session.copy_in("copy_segments", stream, partition=partition, columns=columns)
    except psycopg2.Error:
        if stream.failure is not None:
            raise stream.failure from None
        raise
    session.run("analyze_partition", publication_id=publication_id)


def _checked_totals(session: Session, publication: Publication, publication_id: int) -> Row:
    totals = session.row("count_segments", publication_id=publication_id) or {}
    if totals["rows"] != publication.expected_rows:
        raise DataRefusedError(
            f"{totals['rows']} rows arrived where {publication.expected_rows} were scored",
            remedy="score again; what was published before is still in place",
        )
    if sum(_counts(totals).values()) != totals["rows"]:
        raise DataRefusedError(
            f"the segments {_counts(totals)} do not add up to {totals['rows']} rows",
            remedy="score again; what was published before is still in place",
        )
    return totals


def _compared(
    session: Session,
    publication: Publication,
    publication_id: int,
    totals: Row,
    limits: PublicationLimits | None,
) -> Comparison:
    day = {"use_case": publication.use_case, "as_of": publication.as_of}
    last = session.row("last_before", **day)
    if limits is None or last is None:
        return Comparison()
    changed = session.row(
        "count_changed", previous_id=last["publication_id"], publication_id=publication_id
    )
    before = Night(
        rows=last["rows"], counts=_counts(last["counts"]), mean_propensity=last["mean_propensity"]
    )
    now = Night(
        rows=totals["rows"], counts=_counts(totals), mean_propensity=totals["mean_propensity"]
    )
    released = session.row("released_alike", **day, checksum=totals["checksum"]) or {}
    return Comparison(
        checks=compare(before=before, now=now, changed=(changed or {})["changed"], limits=limits),
        publication_id=last["publication_id"],
        as_of=last["as_of"],
        released_by=released.get("decided_by"),
        released_id=released.get("publication_id"),
    )


def _stage(
    session: Session,
    publication: Publication,
    publication_id: int,
    totals: Row,
    comparison: Comparison,
) -> Staged:
    staged = Staged(
        publication_id=publication_id, use_case=publication.use_case, as_of=publication.as_of
    )
    versions = publication.data_versions
    facts = {
        "publication_id": publication_id,
        "rows": totals["rows"],
        "mean_propensity": totals["mean_propensity"],
        "checksum": totals["checksum"],
        "counts": json.dumps(_counts(totals)),
        "data_versions": None if versions is None else json.dumps(dict(versions)),
        "checks": json.dumps(comparison.document()) if comparison.checks else None,
    }
    session.run("replace_held", use_case=staged.use_case, as_of=staged.as_of)
    session.run("insert_publication", **{**asdict(publication), **facts})
    if comparison.broken and comparison.released_id is not None:
        session.run(
            "inherit_release", publication_id=publication_id, released_id=comparison.released_id
        )
    return staged


def _receipt(staged: Staged, totals: Row, comparison: Comparison, shown: Shown) -> Receipt:
    return Receipt(
        publication_id=staged.publication_id,
        use_case=staged.use_case,
        as_of=staged.as_of,
        rows=totals["rows"],
        counts=_counts(totals),
        mean_propensity=totals["mean_propensity"],
        is_current=shown.is_current,
        replaced=shown.replaced,
        checksum=totals["checksum"],
        compared=tuple(check.words for check in comparison.checks),
        changes=shown.changes,
    )


def _counts(totals: Row) -> Mapping[str, int]:
    return {segment: totals[segment] for segment in SEGMENTS}


def _refuse_nobody(publication: Publication) -> None:
    if publication.expected_rows < 1:
        raise DataRefusedError(
            f"{publication.use_case} as of {publication.as_of} has nobody to publish",
            remedy="check the eligibility of the use case and the customers of the source",
        )


def _refuse_other_source(session: Session, publication: Publication) -> None:
    last = session.row("last_source", use_case=publication.use_case)
    if last and last["source"] != publication.source:
        raise BadInputError(
            f"{publication.use_case} was last published here from the source {last['source']}, "
            f"not {publication.source}",
            remedy="a campaign database serves one source: "
            "another needs another MKT_HOME or MKT_CAMPAIGN_URL, or with Docker Compose empty "
            "volumes (docs/connect-your-crm.md)",
        )
