"""The edge to MLflow: the only part that knows how runs and models are kept."""

from mkt_pipeline.tracking.champion import Champion
from mkt_pipeline.tracking.server import Tracking
from mkt_pipeline.tracking.training_record import DataIdentity, TrainedRun

__all__ = ["Champion", "DataIdentity", "Tracking", "TrainedRun"]
