"""One pipeline from settings and addresses: the steps, bound to the edges they work on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mkt_pipeline.campaign.customer_lookup import CustomerFound
from mkt_pipeline.campaign.model_decisions import ModelDecisions
from mkt_pipeline.contracts.night import (
    Extracted,
    FeaturesBuilt,
    Published,
    Scored,
    TrainingReport,
)
from mkt_pipeline.contracts.recommender_report import RecommenderReport
from mkt_pipeline.contracts.tuned import Tuned
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.modelling.breakdown import Breakdown
from mkt_pipeline.settings import Settings
from mkt_pipeline.steps.approval import Answered, answer
from mkt_pipeline.steps.breakdown import break_down
from mkt_pipeline.steps.choose_recommender import choose_recommender
from mkt_pipeline.steps.erase import Erasure, NothingLeft, erase_person, verify_erased
from mkt_pipeline.steps.explain import explain_customer
from mkt_pipeline.steps.extract import extract_changes
from mkt_pipeline.steps.features import build_features
from mkt_pipeline.steps.housekeeping import Kept, Retention, keep_house
from mkt_pipeline.steps.look_up import look_up_customer
from mkt_pipeline.steps.memory import bound_arenas
from mkt_pipeline.steps.publish import publish_segments
from mkt_pipeline.steps.score import score_customers
from mkt_pipeline.steps.train import train_challenger
from mkt_pipeline.steps.tune import tune_candidate
from mkt_pipeline.tracking.names import PROPENSITY
from mkt_pipeline.wiring.edges import Edges
from mkt_pipeline.wiring.metrics import metered
from mkt_pipeline.wiring.step_log import step_logged

NO_ORIGIN: Mapping[str, str] = {}
"""Of what is not run by Airflow."""


@dataclass(frozen=True)
class Pipeline(Edges):
    """Every step of the project, by use case and day (``YYYY-MM-DD``, today by default)."""

    def extract(self, *, as_of: str | None = None, dry_run: bool = False) -> Extracted:
        """Read what changed in the CRM into the lake."""
        with step_logged(self.settings, "extract", day=as_of):
            done = extract_changes(
                crm=Crm(self.crm),
                lake=self.lake,
                source=self.source,
                as_of=self.as_of(as_of),
                dry_run=dry_run,
            )
        return metered(self.settings, done)

    def extract_where_needed(self, *, as_of: str | None = None) -> Extracted:
        """Extract, unless the lake covers the day already."""
        day, covered = self.as_of(as_of), self.lake.covered()
        if covered is not None and covered >= day:
            return Extracted(self.source.name, str(day), (), 0.0)
        return self.extract(as_of=str(day))

    def features(
        self, use_case: str, *, as_of: str | None = None, dry_run: bool = False
    ) -> FeaturesBuilt:
        """Build the feature set of one day."""
        with step_logged(self.settings, "features", day=as_of, use_case=use_case):
            done = build_features(
                lake=self.lake,
                use_case=self.use_case(use_case),
                as_of=self.as_of(as_of),
                dry_run=dry_run,
            )
        return metered(self.settings, done)

    def candidates(self, use_case: str) -> tuple[str, ...]:
        """The kinds of model that compete in a use case."""
        return self.use_case(use_case).training.candidates

    def tune(
        self,
        use_case: str,
        candidate: str,
        *,
        as_of: str | None = None,
        origin: Mapping[str, str] = NO_ORIGIN,
        trials: int | None = None,
        seconds: float | None = None,
    ) -> Tuned:
        """Search for the parameters of one candidate; ``train`` finds the trials."""
        return tune_candidate(
            lake=self.lake,
            tracking=self.tracking,
            use_case=self.use_case(use_case).with_budget(trials=trials, seconds=seconds),
            as_of=self.as_of(as_of),
            candidate=candidate,
            origin=origin,
        )

    def train(
        self,
        use_case: str,
        *,
        as_of: str | None = None,
        dry_run: bool = False,
        origin: Mapping[str, str] = NO_ORIGIN,
        trials: int | None = None,
        seconds: float | None = None,
    ) -> TrainingReport:
        """Train a challenger, compare it on later data, and promote it if it passes the gate.

        ``trials`` and ``seconds`` take the place of the use case's own budget for each candidate.
        """
        with step_logged(self.settings, "train", day=as_of, use_case=use_case):
            done = train_challenger(
                lake=self.lake,
                tracking=self.tracking,
                # A dry run leaves the campaign database alone, its schema included.
                decisions=ModelDecisions(self.campaign) if dry_run else self.model_decisions,
                use_case=self.use_case(use_case).with_budget(trials=trials, seconds=seconds),
                as_of=self.as_of(as_of),
                origin=origin,
                dry_run=dry_run,
            )
        return metered(self.settings, done)

    def recommender(
        self,
        use_case: str,
        *,
        as_of: str | None = None,
        dry_run: bool = False,
        origin: Mapping[str, str] = NO_ORIGIN,
    ) -> RecommenderReport:
        """Compare the ways to recommend, and use the simplest that is not beaten."""
        return choose_recommender(
            lake=self.lake,
            tracking=self.tracking,
            decisions=ModelDecisions(self.campaign) if dry_run else self.model_decisions,
            use_case=self.use_case(use_case),
            as_of=self.as_of(as_of),
            origin=origin,
            dry_run=dry_run,
        )

    def decision_page(self, run_id: str) -> str:
        """What the gate wrote for people after a training."""
        return self.tracking.decision_page(run_id)

    def answer(
        self,
        use_case: str,
        *,
        version: int,
        compared_with: int | None,
        approved: bool,
        who: str,
        reason: str,
        kind: str = PROPENSITY,
    ) -> Answered:
        """Carry out and record what a person answered about a challenger that waits."""
        return answer(
            tracking=self.tracking if kind == PROPENSITY else self.tracking.recommenders,
            decisions=self.model_decisions,
            use_case=self.use_case(use_case).name,
            version=version,
            compared_with=compared_with,
            approved=approved,
            who=who,
            reason=reason,
        )

    def score(
        self,
        use_case: str,
        *,
        as_of: str | None = None,
        dry_run: bool = False,
        origin: Mapping[str, str] = NO_ORIGIN,
    ) -> Scored:
        """Score the feature set of one day with the champion."""
        with step_logged(self.settings, "score", day=as_of, use_case=use_case):
            done = score_customers(
                lake=self.lake,
                tracking=self.tracking,
                use_case=self.use_case(use_case),
                as_of=self.as_of(as_of),
                origin=origin,
                parts=self.settings.score_parts,
                dry_run=dry_run,
            )
        return metered(self.settings, done)

    def publish(
        self,
        use_case: str,
        *,
        as_of: str | None = None,
        dry_run: bool = False,
        origin: Mapping[str, str] = NO_ORIGIN,
    ) -> Published:
        """Publish the segments of one day, all or nothing."""
        with step_logged(self.settings, "publish", day=as_of, use_case=use_case):
            done = publish_segments(
                lake=self.lake,
                campaign=self.campaign_database,
                use_case=self.use_case(use_case),
                as_of=self.as_of(as_of),
                origin=origin,
                dry_run=dry_run,
            )
        return metered(self.settings, done)

    def explanation(
        self, use_case: str, customer_id: str, *, as_of: str | None = None
    ) -> dict[str, Any]:
        """What was said of one customer on one day."""
        return explain_customer(
            lake=self.lake,
            use_case=self.use_case(use_case),
            as_of=self.as_of(as_of),
            customer_id=customer_id,
        )

    def breakdown(self, use_case: str, customer_id: str, *, as_of: str | None = None) -> Breakdown:
        """Everything that speaks for and against one customer on one day."""
        return break_down(
            lake=self.lake,
            tracking=self.tracking,
            use_case=self.use_case(use_case),
            as_of=self.as_of(as_of),
            customer_id=customer_id,
        )

    def look_up(self, customer_id: str, *, who: str, reason: str) -> CustomerFound:
        """What is published about one customer; recorded."""
        return look_up_customer(
            lake=self.lake,
            campaign=self.campaign_database,
            customer_id=customer_id,
            who=who,
            reason=reason,
        )

    def erase(
        self, customer_id: str, *, who: str, reason: str, even_unknown: bool = False
    ) -> Erasure:
        """Take one person out of everything, for good."""
        return erase_person(
            lake=self.lake,
            campaign=self.campaign_database,
            customer_id=customer_id,
            who=who,
            reason=reason,
            even_unknown=even_unknown,
        )

    def verify_erased(self, customer_id: str) -> NothingLeft:
        """Search everything for a person; refused with what is left."""
        return verify_erased(
            lake=self.lake, campaign=self.campaign_database, customer_id=customer_id
        )

    def housekeeping(self, *, dry_run: bool = False) -> Kept:
        """Remove what the settings keep no longer, compact and vacuum."""
        kept = self.settings
        return keep_house(
            lake=self.lake,
            campaign=self.campaign_database,
            tracking=self.tracking,
            retention=Retention(
                features_days=kept.keep_features_days,
                scores_days=kept.keep_scores_days,
                quarantine_days=kept.keep_quarantine_days,
                publications=kept.keep_publications,
                scoring_runs_days=kept.keep_scoring_runs_days,
                closes_after_days={u.name: u.closes_after_days for u in self.use_cases.values()},
            ),
            today=kept.current_day,
            home=kept.home,
            dry_run=dry_run,
        )


def wire(settings: Settings, *, crm: str, campaign: str, mlflow: str) -> Pipeline:
    """The pipeline of these settings at these addresses."""
    bound_arenas()
    return Pipeline(settings, crm, campaign, mlflow)
