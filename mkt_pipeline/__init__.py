"""From a CRM database to segments in the campaign table, every night, all or nothing."""

__version__ = "0.1.0"
