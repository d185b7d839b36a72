"""Telling people from the command line."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkt_pipeline.wiring.notices import Telling


def telling() -> "Telling":
    """Channels of the shell's settings, and the campaign database of the local stack."""
    from mkt_pipeline.cli.json_logs import set_up_logs
    from mkt_pipeline.settings import load_settings
    from mkt_pipeline.stack.addresses import addresses
    from mkt_pipeline.wiring.notices import Telling

    settings = load_settings()
    set_up_logs(settings)
    return Telling(settings, addresses(settings).campaign)
