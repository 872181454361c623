"""Temporary files without a name: each is gone when the process that holds it ends."""

import os
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from models.materials.inspection.faults import NoRoomForFiles
from models.materials.inspection.limits import LARGEST_WRITTEN


def scratch_file() -> BinaryIO:
    """A new file, not buffered: its position is the same in this process and in a child that is given it.

    Raises:
        NoRoomForFiles: the disk is nearly full.
    """
    file = cast(BinaryIO, TemporaryFile(buffering=0))  # noqa: SIM115 - the caller closes it
    room = os.fstatvfs(file.fileno())
    if room.f_bavail * room.f_frsize < LARGEST_WRITTEN:
        file.close()
        raise NoRoomForFiles
    return file
