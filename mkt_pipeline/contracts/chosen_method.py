"""The way to recommend that a use case uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ChosenMethod:
    """A method with its settings; ``version`` is that of the registered recommender, None where
    nothing was chosen yet.
    """

    name: str
    settings: Mapping[str, float] = field(default_factory=dict)
    version: int | None = None
    run_id: str = ""

    @property
    def label(self) -> str:
        """The name with the settings, such as ``matrix_factorisation (factors 32)``."""
        told = ", ".join(f"{name} {value:g}" for name, value in sorted(self.settings.items()))
        return f"{self.name} ({told})" if told else self.name

    def same(self, other: "ChosenMethod") -> bool:
        """Whether both recommend alike, whichever version they are."""
        return self.label == other.label
