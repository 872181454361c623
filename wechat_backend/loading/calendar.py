"""Reads `data/calendar.yaml`: working days that differ from the published calendar, or go beyond it."""

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, StrictBool, StrictInt, ValidationError, model_validator

from models.festivals import LAST_PUBLISHED_YEAR
from models.workdays import LiveWorkdays
from wechat_backend.loading import notation


class Calendar(BaseModel):
    """`days` says of a date whether it is worked; `through` is the last year that is entered in full."""

    model_config = ConfigDict(extra="forbid")

    days: dict[date, StrictBool] = {}
    through: StrictInt = LAST_PUBLISHED_YEAR

    @model_validator(mode="after")
    def _its_years_are_entered(self) -> "Calendar":
        years = {day.year for day in self.days}
        for year in range(LAST_PUBLISHED_YEAR + 1, self.through + 1):
            if year not in years:
                raise ValueError(f"no day of {year} is entered")
        return self

    def workdays(self) -> LiveWorkdays:
        """What holds until the database's years are read (`models.calendar`)."""
        return LiveWorkdays(self.days, max(self.through, LAST_PUBLISHED_YEAR))


def read_calendar(file: Path) -> Calendar:
    """
    Raises:
        NotationError: the file cannot be read, or says what cannot be.
    """
    try:
        return Calendar.model_validate(notation.read(file) or {})
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, one['loc'])) or 'through'}: {one['msg']}" for one in error.errors())
        raise notation.NotationError("\n".join(f"{file.name}: {fault}" for fault in faults)) from None
