"""The errors of the project, split by what should happen next.

Every message names the thing, the value and the remedy, and never a customer. The command line
turns ``exit_code`` into its own exit code; the DAGs turn the four kinds into retries or failures.
"""


class MktError(Exception):
    """An error that a person can act on: what is wrong, and what to do about it."""

    exit_code = 1

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(f"{problem} → {remedy}")
        self.problem = problem
        self.remedy = remedy


class TryAgainError(MktError):
    """Something outside is away for the moment; the same call may succeed later."""

    exit_code = 75


class FailNowError(MktError):
    """Trying again cannot help: somebody has to change something first."""

    exit_code = 70


class BadInputError(MktError):
    """What was asked for, or written in a file, is not acceptable."""

    exit_code = 65


class NothingToDoError(MktError):
    """There is nothing to do for this day; not a failure of the night."""

    exit_code = 66


class ServerUnavailableError(TryAgainError):
    """A database or MLflow does not answer."""


class StorageFullError(TryAgainError):
    """The disk is full; nothing was committed."""


class NoticeNotSentError(TryAgainError):
    """A channel did not take a message; it never quotes the channel's address or password."""


class BusyError(TryAgainError):
    """Another run holds the lock of the same day."""


class AccessRefusedError(FailNowError):
    """A server answered and refused the user or a privilege."""


class SourceBrokenError(FailNowError):
    """A query of the source does not run or does not fit the contract."""


class DataRefusedError(FailNowError):
    """The data break a limit; nothing was committed."""


class NoChampionError(FailNowError):
    """No model of the use case has been promoted yet."""


class ModelRefusedError(FailNowError):
    """The model does not fit the feature set or is not what was registered."""


class TrainingRefusedError(FailNowError):
    """The labels or the history do not allow a model to be trained."""


class SettingsError(BadInputError):
    """Settings are missing or wrong; all of them are named together."""

    exit_code = 78


class StackError(FailNowError):
    """The local stack cannot start or stop."""

    exit_code = 69
