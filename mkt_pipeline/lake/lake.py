"""The lake: change logs, feature sets and scores, each committed all or nothing."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import ibis.expr.types as ir
import pyarrow as pa

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES, Entity
from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.reading import EntityRows, LogState, ServerState
from mkt_pipeline.contracts.scoring_plan import ScoringPlan
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.change_log import ChangeLog
from mkt_pipeline.lake.changes import Night
from mkt_pipeline.lake.delta import DeltaStore
from mkt_pipeline.lake.erased import Erased
from mkt_pipeline.lake.night_limits import Limits, NightHeldError
from mkt_pipeline.lake.pinned_vocabulary import PinnedVocabulary
from mkt_pipeline.lake.place import Place
from mkt_pipeline.lake.prepared_night import PreparedNight
from mkt_pipeline.lake.releases import Releases
from mkt_pipeline.lake.session import Session, open_session
from mkt_pipeline.lake.staged_scores import FOLDER, StagedScores
from mkt_pipeline.lake.storage import LOCAL, Storage, is_remote

_CATALOGUE = pa.schema([("as_of", pa.string()), *((f.name, pa.string()) for f in fields(Feature))])


@dataclass(frozen=True)
class Lake:
    """Delta tables under ``uri``: ``crm/``, ``quarantine/``, ``features/``, ``scores/``.

    ``uri`` is a local folder, or s3://bucket/prefix of a ``storage``. ``scratch`` is a local folder
    for what a step needs while it runs; ``memory_limit`` (for example "2GB") and ``threads`` hold
    for each step.
    """

    uri: str
    source: str
    zone: str
    scratch: Path
    memory_limit: str = "600MB"
    threads: int = 2
    storage: Storage = LOCAL

    @property
    def place(self) -> Place:
        """The folder that holds it all."""
        return Place(self.uri, self.storage)

    def session(self) -> AbstractContextManager[Session]:
        """A session for one step."""
        return open_session(
            folder=self.scratch,
            memory_limit=self.memory_limit,
            threads=self.threads,
            remote=self.place.filesystem if is_remote(self.uri) else None,
        )

    def prepare_night(
        self,
        session: Session,
        entity: Entity,
        source: EntityRows,
        *,
        as_of: AsOf,
        server: ServerState,
        limits: Limits,
        dry_run: bool = False,
    ) -> PreparedNight:
        """Read and check what changed in one entity since the last night; it waits to be committed.

        A night that breaks a limit is kept among ``releases`` as held.
        """
        log, day = self._log(entity.name), str(as_of)
        night = Night(entity, as_of, server, log.log.version + 1, log.covered())
        accepted = self.releases.accepted(entity=entity.name, as_of=day)
        try:
            lifted = replace(limits, released=accepted)
            prepared = log.prepare(session, source, night, lifted, dry_run=dry_run)
        except NightHeldError as held:
            if not dry_run:
                why = held.problem
                self.releases.hold(entity=entity.name, as_of=day, rows=held.rows, why=why)
            raise
        if not dry_run:
            self.releases.kept_limits(entity=entity.name, as_of=day)
        return prepared

    def log_state(self, entity: str) -> LogState | None:
        """What the last night of an entity left behind; None before the first."""
        return self._log(entity).state()

    @property
    def releases(self) -> Releases:
        """Nights that were held, and what was decided about them."""
        held, released = self._store("held"), self._store("released")
        return Releases(held, released, lambda entity: self._log(entity).committed())

    @property
    def erased(self) -> Erased:
        """Who was erased; the key to the list lies beside the scratch folder, not in the lake."""
        key = self.scratch.parent / "secrets" / "erasure_key"
        return Erased(self._store("erased"), key)

    def quarantined(self, session: Session, entity: str) -> ir.Table | None:
        """What was put aside of one entity, by night; None where nothing ever was."""
        files = self._store(f"quarantine/{entity}").files()
        return session.read(files) if files else None

    def covered(self) -> AsOf | None:
        """The newest as-of that every entity in the lake covers; None for an empty lake."""
        days = [self._log(name).covered() for name in ENTITIES]
        return min((day for day in days if day is not None), default=None)

    def first_covered(self) -> AsOf | None:
        """The as-of of the first load; None for an empty lake."""
        return self._log("customers").first_covered()

    def history(self, as_of: AsOf) -> str:
        """Whether the state of a day was observed night by night, or made out at the first load."""
        first = self.first_covered()
        return "observed" if first is not None and as_of > first else "reconstructed"

    def logs(
        self, session: Session, versions: Mapping[str, int] | None = None
    ) -> Mapping[str, ir.Table]:
        """The change log of every entity that has one; as it was, where ``versions`` say so."""
        stores = {name: self._log(name).log for name in ENTITIES}
        if not stores["customers"].files():
            raise BadInputError(
                f"the lake at {self.uri} is empty", remedy="run `mkt extract` first"
            )
        # An entity that may be empty, and was from the beginning, has commits and no file.
        pinned = dict.fromkeys(stores) if versions is None else versions
        files = {name: stores[name].files(version=pinned[name]) for name in pinned}
        return {name: session.read(found) for name, found in files.items() if found}

    def log_versions(self) -> dict[str, int]:
        """The version of every change log: what a feature set or a model was made from."""
        stores = {name: self._log(name).log for name in ENTITIES}
        return {name: store.version for name, store in stores.items() if store.exists}

    def first_day(self, session: Session) -> datetime:
        """The first order in the log: no feature knows anything before it."""
        orders = self.logs(session)["orders"]
        return orders.ordered_at.min().to_pyarrow().as_py()  # type: ignore[no-any-return]

    def write_features(
        self,
        use_case: str,
        as_of: AsOf,
        rows: pa.RecordBatchReader,
        features: tuple[Feature, ...],
        *,
        definition: str,
    ) -> int:
        """Put one feature set (a column ``as_of`` among it) in place of the same day's.

        ``definition`` is a digest of what the features were defined by, kept in the same commit.
        Returns the version of the table.
        """
        named = [{"as_of": str(as_of), **asdict(feature)} for feature in features]
        catalogue = pa.Table.from_pylist(named, schema=_CATALOGUE).to_reader()
        self._replace("features_catalogue", use_case, as_of, catalogue)
        return self._replace("features", use_case, as_of, rows, facts={"definition": definition})

    def definition(self, use_case: str, as_of: AsOf) -> str | None:
        """What the features of a day were defined by; None where there are none of that day."""
        kept = self._day_store("features", use_case).facts()
        day = next((facts for facts in kept if facts["as_of"] == str(as_of)), {})
        found = day.get("definition")
        return None if found is None else str(found)

    def features_version(self, use_case: str, as_of: AsOf) -> int:
        """The version of the table that has the feature set of a day; refused where none is there.

        Not the commit that wrote it: erasing and joining leave of the day other files than those.
        """
        version = self._day_store("features", use_case).version
        self._day_files("features", use_case, as_of, version)
        return version

    def features(self, use_case: str, as_of: AsOf) -> tuple[Feature, ...]:
        """What is known about the columns of one feature set, in their order."""
        files = self._day_files("features_catalogue", use_case, as_of)
        with self.session() as session:
            table = session.read(files).to_pyarrow().select([f.name for f in fields(Feature)])
        return tuple(Feature(**row) for row in table.to_pylist())

    def feature_table(
        self,
        session: Session,
        use_case: str,
        as_of: AsOf,
        *,
        names: Sequence[str] = (),
        version: int | None = None,
    ) -> ir.Table:
        """One feature set: ``customer_id`` and its features, in the order of the catalogue.

        With ``names``, these features; with ``version``, as that commit left them.
        """
        names = names or [feature.name for feature in self.features(use_case, as_of)]
        files = self._day_files("features", use_case, as_of, version)
        return session.read(files).select("customer_id", *names)

    def has_all_of(self, plan: ScoringPlan) -> bool:
        """Whether what a plan reads is all there: a week later, upkeep removes older versions."""
        features = self._day_store("features", plan.use_case)
        logs = plan.data_versions.items()
        return features.is_whole(plan.features_version, as_of=plan.as_of) and all(
            self._log(name).log.is_whole(version) for name, version in logs
        )

    @property
    def staged_scores(self) -> StagedScores:
        """Scores of parts, which nobody sees yet."""
        return StagedScores(self.place.below(FOLDER))

    def write_scores(
        self,
        use_case: str,
        as_of: AsOf,
        scores: pa.RecordBatchReader,
        *,
        facts: Mapping[str, str | int | float],
    ) -> int:
        """Put one night's scores (a column ``as_of`` among them) in place of the same day's.

        ``facts`` (model, run, customers) are kept in the same commit.
        """
        return self._replace("scores", use_case, as_of, scores, facts=facts)

    def score_table(self, session: Session, use_case: str, as_of: AsOf) -> ir.Table:
        """One night's scores."""
        return session.read(self._day_files("scores", use_case, as_of))

    def score_facts(self, use_case: str, as_of: AsOf) -> Mapping[str, str | int | float]:
        """What was kept with one night's scores."""
        self._day_files("scores", use_case, as_of)
        kept = self._day_store("scores", use_case).facts()
        return next(facts for facts in kept if facts["as_of"] == str(as_of))

    def has_day(self, kind: Literal["features", "scores"], use_case: str, as_of: AsOf) -> bool:
        """Whether there is a feature set, or scores, of one day."""
        return bool(self._day_store(kind, use_case).files(as_of=str(as_of)))

    def vocabulary(self, use_case: str) -> PinnedVocabulary:
        """What is pinned for a use case."""
        return PinnedVocabulary(self._day_store("vocabulary", use_case), self.session)

    def _log(self, entity: str) -> ChangeLog:
        return ChangeLog(
            self._store(f"crm/{entity}"),
            self._store(f"quarantine/{entity}"),
            self.source,
            self.zone,
            self.erased,
        )

    def _store(self, name: str) -> DeltaStore:
        return DeltaStore.at(self.place.below(name))

    def _day_store(self, kind: str, use_case: str) -> DeltaStore:
        return self._store(f"{kind}/{use_case}")

    def _replace(
        self,
        kind: str,
        use_case: str,
        as_of: AsOf,
        rows: pa.RecordBatchReader,
        *,
        facts: Mapping[str, str | int | float] = MappingProxyType({}),
    ) -> int:
        store = self._day_store(kind, use_case)
        store.replace_day(rows, as_of=str(as_of), facts={**facts, "as_of": str(as_of)})
        return store.version

    def _day_files(
        self, kind: str, use_case: str, as_of: AsOf, version: int | None = None
    ) -> list[str]:
        files = self._day_store(kind, use_case).files(as_of=str(as_of), version=version)
        if not files:
            command = "score" if kind == "scores" else "features"
            raise BadInputError(
                f"the lake has no {kind} of {use_case} as of {as_of}",
                remedy=f"run `mkt {command} --use-case {use_case} --as-of {as_of}` first",
            )
        return files
