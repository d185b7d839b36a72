"""The edge to the CRM: the only part that knows how its PostgreSQL is read."""

from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.query_columns import QueryColumn
from mkt_pipeline.crm.snapshot import Snapshot
from mkt_pipeline.crm.source_folder import load_source

__all__ = ["Crm", "QueryColumn", "Snapshot", "load_source"]
