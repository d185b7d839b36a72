"""The sample dealership: a generated CRM whose behaviour is known."""

from mkt_pipeline.samples.dealership.load import load_dealership
from mkt_pipeline.samples.dealership.report import LoadReport

__all__ = ["LoadReport", "load_dealership"]
