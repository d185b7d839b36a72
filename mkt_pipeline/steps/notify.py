"""Step: tell people about incidents: each once when it opens, and once when it is over."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from mkt_pipeline.campaign.incidents import Incidents
from mkt_pipeline.contracts.incident import (
    DueNotice,
    Incident,
    IncidentKind,
    KnownIncident,
    Notice,
    Standing,
)
from mkt_pipeline.errors import MktError, NoticeNotSentError
from mkt_pipeline.notices.channel import Channel
from mkt_pipeline.notices.spool import Spool, due
from mkt_pipeline.notices.words import notice_of, trial_notice

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one message; ``error`` is empty where its channel took it."""

    channel: str
    subject: str
    error: str = ""


@dataclass(frozen=True)
class Notifier:
    """Everything that telling works on.

    ``record`` gives the record of incidents, and ``standing`` what readers see of every use case;
    both raise an error of the project where the campaign database is away.
    """

    record: Callable[[], Incidents]
    standing: Callable[[], Sequence[Standing]]
    spool: Spool
    channels: tuple[Channel, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What the configured channels are called."""
        return tuple(one.name for one in self.channels)


def opened(notifier: Notifier, incident: Incident) -> tuple[Outcome, ...]:
    """Note an incident and tell of it; of one that is open already nobody is told again.

    Where the campaign database is away, it is kept in the spool, and told at once all the same.
    """
    try:
        _record(notifier).open(incident, channels=notifier.names)
    except MktError as error:
        away = error
    else:
        return deliver(notifier)
    log.error("the incident %s is kept on this machine: %s", incident.key, away)
    return _told_without_database(notifier, incident)


def over(
    notifier: Notifier, kinds: Sequence[IncidentKind], subject: str, *, day: date | None, why: str
) -> tuple[Outcome, ...]:
    """End the incidents of a subject, of ``day`` and earlier ones, and tell of it."""
    _record(notifier).close_of(kinds, subject, day=day, because=why)
    return deliver(notifier)


def close(notifier: Notifier, key: str, *, why: str) -> bool:
    """End one open incident by its key, and tell of it; False where none is open."""
    closed = _record(notifier).close(key, because=why)
    deliver(notifier)
    return bool(closed)


def deliver(notifier: Notifier) -> tuple[Outcome, ...]:
    """Send what is due. A channel that fails is logged and noted, and tried again later."""
    if not notifier.channels:
        return ()
    record = _record(notifier)
    claimed = record.claim(notifier.names)
    standing = _standing(notifier) if claimed else None
    told: list[Outcome] = []
    failed: dict[str, str] = {}
    for one in claimed:
        notice = notice_of(one, standing)
        error = failed.get(one.channel) or _sent(_channel(notifier, one), notice)
        if error:
            # One wait for a channel that is away is enough.
            failed[one.channel] = error
        record.sent(one, error=error or None)
        told.append(Outcome(one.channel, notice.subject, error))
    return tuple(told)


def tried(notifier: Notifier) -> tuple[Outcome, ...]:
    """Send a test message to every channel; nothing of it is kept."""
    notice = trial_notice(now=datetime.now(UTC))
    return tuple(Outcome(one.name, notice.subject, _sent(one, notice)) for one in notifier.channels)


def _standing(notifier: Notifier) -> Sequence[Standing] | None:
    """What readers see; None where it cannot be told, as with a use case that cannot be read."""
    try:
        return notifier.standing()
    except MktError as error:
        unknown = error
    log.warning("a notice cannot tell which segments are current: %s", unknown)
    return None


def _record(notifier: Notifier) -> Incidents:
    """The record, which takes over what was kept while it was away."""
    record = notifier.record()
    for kept in notifier.spool.kept():
        record.open(
            kept.incident,
            channels=notifier.names,
            opened_at=kept.opened_at,
            sent=tuple(kept.told),
        )
        notifier.spool.forget(kept)
    return record


def _told_without_database(notifier: Notifier, incident: Incident) -> tuple[Outcome, ...]:
    now = datetime.now(UTC)
    kept = notifier.spool.keep(incident, now=now)
    known = KnownIncident(incident_id=0, incident=incident, opened_at=kept.opened_at)
    told: list[Outcome] = []
    for channel in notifier.channels:
        if not due(kept, channel.name, now=now):
            continue
        one = DueNotice(known=known, phase="opened", channel=channel.name)
        notice = notice_of(one, None)
        error = _sent(channel, notice)
        if not error:
            kept = notifier.spool.told(kept, (channel.name,), now=now)
        told.append(Outcome(channel.name, notice.subject, error))
    return tuple(told)


def _channel(notifier: Notifier, one: DueNotice) -> Channel:
    return next(channel for channel in notifier.channels if channel.name == one.channel)


def _sent(channel: Channel, notice: Notice) -> str:
    """What went wrong, empty where the channel took it."""
    try:
        channel.send(notice)
    except NoticeNotSentError as error:
        not_sent = error
    else:
        return ""
    log.error("%s", not_sent)
    return not_sent.problem
