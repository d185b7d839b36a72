"""Transactions of others that were open at one moment, and whether they have ended."""

import time

from mkt_pipeline.campaign.session import Session

_PATIENCE_SECONDS = 2.0
_PAUSE_SECONDS = 0.02


def open_transactions(session: Session) -> frozenset[str]:
    """The transactions that other sessions have open in this database now."""
    return frozenset(row["virtualtransaction"] for row in session.rows("open_transactions"))


def have_ended(session: Session, transactions: frozenset[str]) -> bool:
    """Whether all of these end within two seconds; a reader's statement seldom takes longer."""
    for _ in range(round(_PATIENCE_SECONDS / _PAUSE_SECONDS)):
        if not transactions & open_transactions(session):
            return True
        time.sleep(_PAUSE_SECONDS)
    return False
