"""Tells failures of the database itself (no primary, no answer) from other errors."""

from pymongo.errors import BulkWriteError, ConnectionFailure, OperationFailure, PyMongoError

from models.errors import Unavailable


class DatabaseUnavailable(Unavailable):
    """The database chooses a new primary, or cannot be reached. What was asked may have been done or not."""

    code = "database_unavailable"
    message = "系统正在恢复，请稍等几秒再试"
    retry_after = 5


CODES = frozenset({6, 7, 64, 89, 91, 100, 134, 189, 202, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436})
"""Of MongoDB: no longer or not yet primary, shutting down, a host or a majority out of reach, out of time."""
LABELS = ("RetryableWriteError", "TransientTransactionError", "UnknownTransactionCommitResult")


def is_trouble(error: BaseException | None) -> bool:
    """Whether this error says that the database failed, and not what was asked of it."""
    if isinstance(error, ConnectionFailure):
        return True
    if not isinstance(error, PyMongoError):
        return False
    if error.timeout or any(error.has_error_label(label) for label in LABELS):
        return True
    return isinstance(error, OperationFailure) and not CODES.isdisjoint(_codes(error))


def _codes(error: OperationFailure) -> set[int]:
    """Of a bulk write those of each part that failed for the database's own reasons."""
    if not isinstance(error, BulkWriteError):
        return {error.code or 0}
    parts = [*error.details.get("writeErrors", ()), *error.details.get("writeConcernErrors", ())]
    return {part["code"] for part in parts}
