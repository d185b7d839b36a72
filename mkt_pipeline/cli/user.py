"""Who runs a command, for what is signed."""

import getpass
import os

from mkt_pipeline.settings import load_settings


def user() -> str:
    """``MKT_USER``, else the system's user; the number where the system knows no name.

    As trustworthy as the account that the command runs in: whoever may run it may sign as anybody.
    """
    if named := load_settings().user:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
