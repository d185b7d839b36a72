"""The sample dealership: a generated CRM whose behaviour is known."""

from mkt_pipeline.samples.dealership.advance import advance
from mkt_pipeline.samples.dealership.load import load_dealership
from mkt_pipeline.samples.dealership.oracle import Oracle, oracle
from mkt_pipeline.samples.dealership.report import AdvanceReport, LoadReport

__all__ = ["AdvanceReport", "LoadReport", "Oracle", "advance", "load_dealership", "oracle"]
