"""The indexes of the lists of appointments, objections and deliveries.

A list goes on from the place of a line: a moment and an id. The former indexes had no id, and of a day's
appointments neither the state nor the arrival, which are counted.
"""

from wechat_backend.database.migrations.steps import DropIndex, Migration

MIGRATION = Migration(
    11,
    "the indexes of the lists of appointments, objections and deliveries",
    [
        DropIndex("appointments", "hall_1_day_1_start_1", {"key": {"hall": 1, "day": 1, "start": 1}}),
        DropIndex("appointments", "objections", {"key": {"objection.state": 1, "objection.at": 1}}),
        DropIndex("deliveries", "given_up", {"key": {"state": 1, "settled_at": -1}}),
        DropIndex("deliveries", "retrying", {"key": {"state": 1, "created_at": 1}}),
    ],
)
