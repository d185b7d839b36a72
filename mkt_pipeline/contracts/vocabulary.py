"""The values that become columns of a feature set, pinned so that its shape holds still."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

DIMENSIONS = ("category", "channel", "kind", "consent_channel", "attribute")


@dataclass(frozen=True)
class Vocabulary:
    """For each dimension, the values in the order in which they were first pinned.

    ``attribute`` values are names of ``attr_*`` columns. A vocabulary only ever grows, so that
    whatever a model was trained on stays in every later feature set.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, dimension: str) -> tuple[str, ...]:
        """The values of one dimension."""
        return self.values.get(dimension, ())

    @property
    def is_empty(self) -> bool:
        """Whether nothing was pinned yet."""
        return not any(self.values.values())

    def extended(self, other: "Vocabulary") -> "Vocabulary":
        """This one, followed by what ``other`` has in addition."""
        return Vocabulary(
            {name: tuple(dict.fromkeys(self.of(name) + other.of(name))) for name in DIMENSIONS}
        )

    @property
    def digest(self) -> str:
        """A short fingerprint of all values and their order."""
        text = repr([(name, self.of(name)) for name in DIMENSIONS])
        return hashlib.sha256(text.encode()).hexdigest()[:12]
