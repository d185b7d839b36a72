"""The error of a night that lies outside the limits, with all that can be done about it."""

from datetime import date

from mkt_pipeline.campaign.comparison import Comparison
from mkt_pipeline.campaign.showing import Staged
from mkt_pipeline.errors import FailNowError


class PublicationHeldError(FailNowError):
    """The night is kept in the database and shown to nobody until a person decides."""


def held_error(
    staged: Staged, comparison: Comparison, *, stays: date | None
) -> PublicationHeldError:
    """Name every limit that is broken, what readers go on to see, and the ways on."""
    broken = "; ".join(check.words for check in comparison.broken)
    which = f"--use-case {staged.use_case} --as-of {staged.as_of}"
    visible = f"the segments as of {stays} stay current" if stays else "nothing is current"
    return PublicationHeldError(
        f"{staged.use_case} as of {staged.as_of} is held as publication {staged.publication_id},"
        f" compared with the one as of {comparison.as_of}: {broken}; {visible}",
        remedy=f'find out why; publish it as it is with `mkt publish --release --reason "..."'
        f" {which}`, or drop it with `mkt publish --reject {which}` and publish again once it is"
        f" mended; the limits stand under `publication` in use_cases/{staged.use_case}.yaml",
    )
