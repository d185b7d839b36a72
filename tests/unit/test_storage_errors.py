"""What a disk refuses is one line with a remedy."""

import errno

import pytest

from mkt_pipeline.errors import FailNowError, StorageFullError
from mkt_pipeline.lake.storage_errors import storage_errors


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StorageFullError),
        (errno.EDQUOT, StorageFullError),
        (errno.EROFS, FailNowError),
        (errno.EACCES, FailNowError),
    ],
)
def test_a_disk_that_refuses_is_told_with_the_place_and_a_remedy(number, kind):
    with (
        pytest.raises(kind, match="the scratch folder") as told,
        storage_errors("the scratch folder"),
    ):
        raise OSError(number, "refused", "/somewhere")
    assert told.value.remedy
    assert len(str(told.value).splitlines()) == 1


def test_what_is_no_matter_of_storage_goes_on():
    with pytest.raises(ConnectionResetError), storage_errors("the scratch folder"):
        raise ConnectionResetError(errno.ECONNRESET, "gone")
