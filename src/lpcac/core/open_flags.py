"""Flags of `os.open` that not every system has; without effect where there is none."""

from __future__ import annotations

import os
from typing import Final

NO_FOLLOW: Final[int] = getattr(os, "O_NOFOLLOW", 0)
"""Refuse a symbolic link. Windows lets only administrators and developers make one."""
NON_BLOCKING: Final[int] = getattr(os, "O_NONBLOCK", 0)
"""Do not wait for the other end of a named pipe, which no file of Windows is."""
