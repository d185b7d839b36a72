"""Publishing one night of one use case: all at once, or not at all."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import psycopg2
from psycopg2 import sql

from mkt_pipeline.campaign.bystanders import have_ended, open_transactions
from mkt_pipeline.campaign.copy_stream import CopyStream
from mkt_pipeline.campaign.partitions import (
    add_partition,
    partition_name,
    register_use_case,
    remove_leftovers,
)
from mkt_pipeline.campaign.publication import Publication, Receipt
from mkt_pipeline.campaign.session import Row, Session
from mkt_pipeline.errors import BadInputError, DataRefusedError

_SEGMENTS = ("high", "medium", "low")


def publish(session: Session, publication: Publication, stream: CopyStream) -> Receipt:
    """Publish in one transaction, after an empty partition was made for it.

    The empty partition is attached beforehand, so that the transaction changes rows only and every
    reader sees the night before or this one, by the rules of an ordinary snapshot.
    """
    _refuse_nobody(publication)
    with session.transaction():
        session.run("lock", name=f"use case {publication.use_case}")
        _refuse_other_source(session, publication)
    register_use_case(session, publication.use_case)
    publication_id = add_partition(session, publication.use_case)
    try:
        with session.transaction():
            return _write(session, publication, stream, publication_id)
    finally:
        remove_leftovers(session, publication.use_case)


def _write(
    session: Session, publication: Publication, stream: CopyStream, publication_id: int
) -> Receipt:
    # A statement that was planned before the partition was attached would not look into it.
    planned_before = open_transactions(session)
    _copy(session, stream, publication_id)
    totals = _checked_totals(session, publication, publication_id)
    have_ended(session, planned_before)
    return _make_visible(session, publication, publication_id, totals)


def _copy(session: Session, stream: CopyStream, publication_id: int) -> None:
    partition = partition_name(publication_id)
    columns = sql.SQL(", ").join(map(sql.Identifier, stream.columns))
    try:
        session.copy_in("copy_segments", stream, partition=partition, columns=columns)
    except psycopg2.Error:
        if stream.failure is not None:
            raise stream.failure from None
        raise
    session.run_on("analyze_partition", partition=partition)


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


def _make_visible(
    session: Session, publication: Publication, publication_id: int, totals: Row
) -> Receipt:
    use_case, as_of = publication.use_case, publication.as_of
    replaced = session.row("replace_day", use_case=use_case, as_of=as_of)
    session.rows("retire_older", use_case=use_case, as_of=as_of)
    facts: dict[str, Any] = {
        "publication_id": publication_id,
        "rows": totals["rows"],
        "mean_propensity": totals["mean_propensity"],
    }
    replaces = replaced["publication_id"] if replaced else None
    described = {**asdict(publication), **facts, "replaces": replaces}
    described["counts"] = json.dumps(_counts(totals))
    inserted = session.row("insert_publication", **described)
    return Receipt(
        use_case=use_case,
        as_of=as_of,
        counts=_counts(totals),
        is_current=bool(inserted and inserted["is_current"]),
        replaced=replaces,
        **facts,
    )


def _counts(totals: Row) -> Mapping[str, int]:
    return {segment: totals[segment] for segment in _SEGMENTS}


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
            "use another MKT_HOME or MKT_CAMPAIGN_URL for another source",
        )
