"""The campaign schema, built by numbered migrations, each applied once."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources

from mkt_pipeline.campaign.session import Session
from mkt_pipeline.campaign.short_lock import with_short_lock
from mkt_pipeline.errors import AccessRefusedError, FailNowError

_ATTEMPTS = 50
"""A new version is worth waiting for: some twenty seconds."""


@dataclass(frozen=True, order=True)
class Migration:
    """One numbered change of the schema; ``checksum`` is the SHA-256 of its text."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """What the database remembers of the text."""
        return sha256(self.text.encode()).hexdigest()


def shipped_migrations() -> tuple[Migration, ...]:
    """The migrations of this version, in the order they are applied in."""
    return tuple(sorted(_read()))


def migrate(session: Session, migrations: tuple[Migration, ...]) -> tuple[str, ...]:
    """Apply what is missing, each in its own transaction; the names of what was applied.

    Where nothing is missing, nothing but the right to read is asked for. Refused are a migration
    that was changed after it was applied, a database that a later version of the pipeline has
    migrated, and migrations that are missing where the user may not apply them.
    """
    with session.transaction():
        if not _pending(session, migrations):
            return ()
    with session.transaction():
        session.run("lock", name="migrations")
        session.run("create_migrations")
        applied = {row["name"]: row["checksum"] for row in session.rows("applied_migrations")}
    _refuse_strangers(migrations, applied)
    missing = [migration for migration in migrations if migration.name not in applied]
    for migration in missing:
        _apply(session, migration)
    return tuple(migration.name for migration in missing)


def _pending(session: Session, migrations: tuple[Migration, ...]) -> bool:
    (facts,) = session.rows("server_facts")
    applied = (
        {row["name"]: row["checksum"] for row in session.rows("applied_migrations")}
        if facts["has_migrations"]
        else {}
    )
    _refuse_strangers(migrations, applied)
    missing = [migration.name for migration in migrations if migration.name not in applied]
    if missing and not (facts["owns_schema"] and (applied or facts["may_create"])):
        raise AccessRefusedError(
            f"the campaign database lacks migrations that {facts['role']} may not apply:"
            f" {', '.join(missing)}",
            remedy="run `mkt campaign migrate` as the owner of the schema campaign",
        )
    return bool(missing)


def _apply(session: Session, migration: Migration) -> None:
    """Readers of the table that is changed wait for an instant only, however long others read."""

    def change() -> None:
        session.execute(migration.text)
        session.run("record_migration", name=migration.name, checksum=migration.checksum)

    with_short_lock(session, change, attempts=_ATTEMPTS)


def _read() -> Iterator[Migration]:
    for entry in resources.files(__package__).joinpath("migrations").iterdir():
        if entry.name.endswith(".sql"):
            yield Migration(entry.name.removesuffix(".sql"), entry.read_text("utf-8"))


def _refuse_strangers(migrations: tuple[Migration, ...], applied: dict[str, str]) -> None:
    known = {migration.name: migration.checksum for migration in migrations}
    if later := sorted(applied.keys() - known.keys()):
        raise FailNowError(
            f"the campaign database has migrations that this version does not know: {later}",
            remedy="install the version of mkt_pipeline that applied them, or a later one",
        )
    if changed := sorted(name for name in applied if applied[name] != known[name]):
        raise FailNowError(
            f"migrations were changed after they were applied: {changed}",
            remedy="restore their text, and write a new migration for the change",
        )
