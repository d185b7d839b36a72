"""What the runs of training and scoring are labelled with in MLflow, under the same names."""

from collections.abc import Mapping

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.tracking.code_version import code_version


def run_tags(*, lake: Lake, latest: AsOf, origin: Mapping[str, str]) -> dict[str, str]:
    """Code, source, and the version of every change log; ``origin`` is the run of Airflow.

    ``latest`` is the newest day whose features were used: its history was observed or not.
    """
    versions = {f"data_version_{name}": str(v) for name, v in lake.log_versions().items()}
    return {
        "code_version": code_version(),
        "source": lake.source,
        "history": lake.history(latest),
        **versions,
        **origin,
    }
