"""MLflow, imported late and made quiet.

MLflow takes two seconds to import and reads some settings from the environment only. This is the
one place that sets them, before the first import and without overriding what an operator has set:
no usage reports, no progress bars, no links printed on standard output, and a server that is away
is given up after seconds instead of minutes (Airflow tries the task again).
"""

import logging
import os
from types import ModuleType

SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
}


def library() -> ModuleType:
    """The module ``mlflow``, with its scikit-learn part."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    import mlflow
    import mlflow.sklearn

    for name in ("mlflow", "urllib3.connectionpool"):
        logging.getLogger(name).setLevel(logging.ERROR)
    module: ModuleType = mlflow
    return module
