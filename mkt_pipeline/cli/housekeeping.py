"""`mkt housekeeping`: keep lake, campaign database and MLflow small."""

from mkt_pipeline.cli.options import DryRunOption, JsonOption
from mkt_pipeline.cli.pipeline import pipeline
from mkt_pipeline.cli.telling import tell


def housekeeping(dry_run: DryRunOption = False, as_json: JsonOption = False) -> None:
    """Remove what is kept no longer (MKT_KEEP_*), compact and vacuum; tells sizes."""
    tell([pipeline().housekeeping(dry_run=dry_run)], as_json=as_json)
