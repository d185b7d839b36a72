"""`mkt erase`: take one person out of everything, and prove that nothing is left."""

from typing import Annotated

import typer

from mkt_pipeline.cli.options import JsonOption
from mkt_pipeline.cli.pipeline import pipeline
from mkt_pipeline.cli.telling import tell
from mkt_pipeline.cli.user import user
from mkt_pipeline.errors import BadInputError


def erase(
    customer_id: Annotated[str, typer.Option(help="The customer's key in the CRM.")],
    reason: Annotated[
        str | None, typer.Option(help="Why; is kept with your name, and must not tell who.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only search for what is left; removes nothing.")
    ] = False,
    even_unknown: Annotated[
        bool,
        typer.Option("--even-unknown", help="Also where nothing of the customer is here yet."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove a person from the lake and the campaign tables, for good.

    Run it while no night is running. Later nights do not bring the person back. With --verify,
    exit code 0 means that nothing is left, and 70 names what is.
    """
    if verify == (reason is not None):
        raise BadInputError(
            "either a reason or --verify is needed, and not both",
            remedy='erase with --reason "...", then search with --verify',
        )
    steps = pipeline()
    if reason is None:
        tell([steps.verify_erased(customer_id)], as_json=as_json)
    else:
        tell(
            [steps.erase(customer_id, who=user(), reason=reason, even_unknown=even_unknown)],
            as_json=as_json,
        )
