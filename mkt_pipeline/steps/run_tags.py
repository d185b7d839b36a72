"""What the runs of training and scoring are labelled with in MLflow, under the same names."""

from collections.abc import Mapping

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.tracking.code_version import code_version


def run_tags(
    *,
    lake: Lake,
    latest: AsOf,
    origin: Mapping[str, str],
    versions: Mapping[str, int] | None = None,
) -> dict[str, str]:
    """Code, source, and the version of every change log; ``origin`` is the run of Airflow.

    ``latest`` is the newest day whose features were used: its history was observed or not. Where
    ``versions`` are given, the logs were read at those.
    """
    read = lake.log_versions() if versions is None else versions
    return {
        "code_version": code_version(),
        "source": lake.source,
        "history": lake.history(latest),
        **{f"data_version_{name}": str(version) for name, version in read.items()},
        **origin,
    }
