"""Which errors are the database's own trouble, and which tell of what was asked."""

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WriteConcernError,
)

from models.database_trouble import is_trouble

STEPPED_DOWN = {"code": 189, "errmsg": "PrimarySteppedDown"}


def bulk(**details: object) -> BulkWriteError:
    return BulkWriteError({"writeErrors": [], "writeConcernErrors": [], **details})


@pytest.mark.parametrize(
    "error",
    [
        AutoReconnect("connection closed"),
        NetworkTimeout("timed out"),
        NotPrimaryError("not primary"),
        ServerSelectionTimeoutError("No primary"),
        WaitQueueTimeoutError("no connection free"),
        OperationFailure("stepped down", 189),
        OperationFailure("interrupted", 11602),
        OperationFailure("later", 112, {"errorLabels": ["TransientTransactionError"]}),
        WriteConcernError("waiting for replication timed out", 64),
        ExecutionTimeout("operation exceeded time limit", 50),
        bulk(writeConcernErrors=[STEPPED_DOWN]),
        bulk(writeErrors=[{"code": 11000}, STEPPED_DOWN]),
    ],
    ids=str,
)
def test_trouble(error: Exception) -> None:
    assert is_trouble(error)


@pytest.mark.parametrize(
    "error",
    [
        None,
        TimeoutError(),
        KeyError("item"),
        DuplicateKeyError("E11000", 11000),
        OperationFailure("unknown operator", 2),
        OperationFailure("not authorized", 13),
        bulk(writeErrors=[{"code": 11000}]),
    ],
    ids=str,
)
def test_no_trouble_of_the_database(error: Exception | None) -> None:
    assert not is_trouble(error)
