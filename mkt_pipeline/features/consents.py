"""Features from consents: what a customer allows, channel by channel."""

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from mkt_pipeline.features.definition import Definition, define, slugs
from mkt_pipeline.features.frame_of_reference import FrameOfReference


def consent_features(consents: ir.Table, reference: FrameOfReference) -> Iterator[Definition]:
    """Per channel, whether the newest consent before the as-of grants; unknown without one.

    ``consents`` are those effective before the as-of, with the column ``days``.
    """
    # The newest decision counts; a tie is decided by the id, so that it is always the same.
    newest = ibis.struct({"at": consents.effective_at, "consent": consents.consent_id})
    for channel, slug in slugs(reference.vocabulary.of("consent_channel")).items():
        granted = (consents.status == "granted").cast("float64")
        yield define(
            f"consent_{slug}",
            "consent",
            "flag",
            description=f"Whether contact through {channel} is allowed",
            reason=f"contact through {channel} allowed: {{value}}",
            missing=f"consent for {channel}",
            expression=granted.argmax(newest, where=consents.channel == channel),
        )
