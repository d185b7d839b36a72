"""What a decision about a registered model asks of the registry, whatever kind of model it is."""

from typing import Protocol

from mkt_pipeline.tracking.registry import VersionFacts


class KeptModels(Protocol):
    """One kind of model, a registered one for each use case, with its aliases."""

    @property
    def kind(self) -> str:
        """What a person calls this kind."""
        ...

    def registered_model(self, use_case: str) -> str:
        """What it is called in the registry."""
        ...

    def champion_version(self, use_case: str) -> int | None:
        """The version in use; None where none was promoted."""
        ...

    def aliases(self, use_case: str) -> dict[str, str]:
        """The versions that champion, challenger and previous point to, as far as they exist."""
        ...

    def version_facts(self, use_case: str, version: int) -> VersionFacts:
        """The training behind a version; BadInputError where there is no such version."""
        ...

    def promote(self, *, use_case: str, version: int) -> None:
        """Make a version champion, load it back and check it; else nothing has changed."""
        ...

    def log_answer(self, *, run_id: str, verdict: str, told: str) -> None:
        """Write to the training run, and at the end of its page, what a person decided."""
        ...

    def decision_page(self, run_id: str) -> str:
        """What the gate wrote for people."""
        ...
