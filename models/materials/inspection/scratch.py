"""Files in no folder, between the door and the store: each is gone with whoever holds it."""

import os
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from models.materials.inspection.faults import NoRoomForFiles
from models.materials.inspection.limits import LARGEST_WRITTEN


def scratch_file() -> BinaryIO:
    """A new one, not buffered: where it stands is the same for us and for a process that is given it.

    Raises:
        NoRoomForFiles: the disk is nearly full.
    """
    file = cast(BinaryIO, TemporaryFile(buffering=0))  # noqa: SIM115 - whoever asks for it closes it
    room = os.fstatvfs(file.fileno())
    if room.f_bavail * room.f_frsize < LARGEST_WRITTEN:
        file.close()
        raise NoRoomForFiles
    return file
