"""Who runs a command, for what is signed."""

import getpass
import os


def user() -> str:
    """The name of the user; the number where the system knows no name, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
