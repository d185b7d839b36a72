"""Incidents that are kept in a folder while the campaign database is away."""

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from mkt_pipeline.contracts.incident import Incident

AGAIN = timedelta(hours=24)
"""So long nobody is told of the same incident again, while the database is not there to say so."""


@dataclass(frozen=True)
class Kept:
    """One incident of the folder, and when each channel was told of it last."""

    path: Path
    incident: Incident
    opened_at: datetime
    told: dict[str, datetime]


class Spool:
    """One file per incident in ``folder``, which every process of this machine shares."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, incident: Incident, *, now: datetime) -> Kept:
        """Write an incident down before anybody is told; the one that is there, where it is."""
        path = self._folder / f"{sha256(incident.key.encode()).hexdigest()[:32]}.json"
        if path.is_file():
            return _read(path)
        return self._written(Kept(path, incident, now, {}))

    def told(self, kept: Kept, channels: Collection[str], *, now: datetime) -> Kept:
        """Note who was told."""
        told = {**kept.told, **dict.fromkeys(channels, now)}
        return self._written(Kept(kept.path, kept.incident, kept.opened_at, told))

    def kept(self) -> Iterator[Kept]:
        """Everything in the folder, the earliest first."""
        found = [_read(path) for path in self._folder.glob("*.json")]
        yield from sorted(found, key=lambda one: one.opened_at)

    def forget(self, kept: Kept) -> None:
        """Remove what the database knows by now."""
        kept.path.unlink(missing_ok=True)

    def _written(self, kept: Kept) -> Kept:
        self._folder.mkdir(parents=True, exist_ok=True)
        told = {name: at.isoformat() for name, at in kept.told.items()}
        day = kept.incident.day.isoformat() if kept.incident.day else None
        document = {
            "incident": {**asdict(kept.incident), "day": day},
            "opened_at": kept.opened_at.isoformat(),
            "told": told,
        }
        partial = kept.path.with_suffix(".partial")
        partial.write_text(json.dumps(document), encoding="utf-8")
        partial.replace(kept.path)
        return kept


def due(kept: Kept, channel: str, *, now: datetime) -> bool:
    """Whether a channel is to be told of it, for the first time or after a day once more."""
    last = kept.told.get(channel)
    return last is None or now - last >= AGAIN


def _read(path: Path) -> Kept:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    told = {name: datetime.fromisoformat(at) for name, at in document["told"].items()}
    own = document["incident"]
    day = date.fromisoformat(own["day"]) if own["day"] else None
    incident = Incident(**{**own, "day": day, "explains": tuple(own["explains"])})
    return Kept(path, incident, datetime.fromisoformat(document["opened_at"]), told)
