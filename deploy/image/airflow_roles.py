"""Three roles beside Airflow's own: what each colleague may do in Airflow and on the page in it.

| role | may |
|---|---|
| analyst | see DAGs, runs, logs and the page; look a customer up (which is recorded) |
| operator | all that, and trigger, clear, pause and backfill; roll a publication back |
| approver | all that an analyst may, and answer approvals; release or reject a held night |

Nobody of them sees connections, variables, configuration or XComs. docs/operator-page.md says
which rights of Airflow the page asks for. Rights that somebody adds to a role in Airflow stay.
"""

from typing import Any

from airflow.providers.fab.www.security import permissions as fab

READ, CREATE, EDIT, DELETE = (
    fab.ACTION_CAN_READ,
    fab.ACTION_CAN_CREATE,
    fab.ACTION_CAN_EDIT,
    fab.ACTION_CAN_DELETE,
)
MENU = fab.ACTION_CAN_ACCESS_MENU

Right = tuple[str, str]

LOOK_UP = "Customer look-up"
DECIDE = "Held publications"
ROLL_BACK = "Publications"

SEE: list[Right] = [
    *(
        (READ, what)
        for what in (
            fab.RESOURCE_DAG,
            fab.RESOURCE_DAG_CODE,
            fab.RESOURCE_DAG_DEPENDENCIES,
            fab.RESOURCE_DAG_RUN,
            fab.RESOURCE_DAG_VERSION,
            fab.RESOURCE_DAG_WARNING,
            fab.RESOURCE_ASSET,
            fab.RESOURCE_ASSET_ALIAS,
            fab.RESOURCE_BACKFILL,
            fab.RESOURCE_IMPORT_ERROR,
            fab.RESOURCE_JOB,
            fab.RESOURCE_MY_PASSWORD,
            fab.RESOURCE_MY_PROFILE,
            # The navigation asks for it where it shows the page.
            fab.RESOURCE_PLUGIN,
            fab.RESOURCE_TASK_INSTANCE,
            fab.RESOURCE_TASK_LOG,
            fab.RESOURCE_HITL_DETAIL,
            fab.RESOURCE_WEBSITE,
        )
    ),
    (EDIT, fab.RESOURCE_MY_PASSWORD),
    *(
        (MENU, what)
        for what in (
            fab.RESOURCE_BROWSE_MENU,
            fab.RESOURCE_DAG,
            fab.RESOURCE_DAG_RUN,
            fab.RESOURCE_ASSET,
            fab.RESOURCE_TASK_INSTANCE,
            fab.RESOURCE_HITL_DETAIL,
        )
    ),
]

WORK: list[Right] = [
    (EDIT, fab.RESOURCE_DAG),
    (CREATE, fab.RESOURCE_DAG_RUN),
    (EDIT, fab.RESOURCE_DAG_RUN),
    (CREATE, fab.RESOURCE_TASK_INSTANCE),
    (EDIT, fab.RESOURCE_TASK_INSTANCE),
    (CREATE, fab.RESOURCE_BACKFILL),
    (EDIT, fab.RESOURCE_BACKFILL),
    (CREATE, fab.RESOURCE_ASSET),
]

ROLES: dict[str, list[Right]] = {
    "analyst": [*SEE, (READ, LOOK_UP)],
    "operator": [*SEE, (READ, LOOK_UP), *WORK, (EDIT, ROLL_BACK)],
    "approver": [
        *SEE,
        (READ, LOOK_UP),
        (EDIT, DECIDE),
        (EDIT, fab.RESOURCE_HITL_DETAIL),
        # Airflow asks for it of whoever answers a question of the DAG.
        (EDIT, fab.resource_name("propensity_training", fab.RESOURCE_DAG)),
    ],
}


def make_roles(manager: Any) -> None:  # noqa: ANN401 - FAB has no types
    """Make the roles that are missing, with their rights; ``manager`` is FAB's security manager."""
    manager.bulk_sync_roles([{"role": name, "perms": rights} for name, rights in ROLES.items()])
