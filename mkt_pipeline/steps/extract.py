"""Step: read what changed in the CRM into the lake."""

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.night import Extracted
from mkt_pipeline.contracts.source import Source
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.lake.change_log import Limits
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.steps.stopwatch import Stopwatch


def extract_changes(
    *, crm: Crm, lake: Lake, source: Source, as_of: AsOf, dry_run: bool = False
) -> Extracted:
    """Append what changed in every entity of the source, all read at one snapshot of the CRM.

    Each entity is committed by itself; a run after a failure goes on where it stopped, for what
    is in the lake already is no change any more.
    """
    nights, watch = [], Stopwatch()
    with crm.snapshot() as snapshot:
        for name, query in source.queries.items():
            entity = ENTITIES[name]
            nights.append(
                lake.append_night(
                    entity,
                    snapshot.read(entity, query),
                    as_of=as_of,
                    taken_at=snapshot.taken_at,
                    limits=Limits(name in source.may_be_empty, source.quarantine_limit),
                    dry_run=dry_run,
                )
            )
    return Extracted(source.name, str(as_of), tuple(nights), watch.seconds, dry_run)
