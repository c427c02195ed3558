"""Archives whose bytes depend only on the names and contents of their files, and on a time."""

from __future__ import annotations

import io
import tarfile


def tar(files: dict[str, bytes], time: int, program: str = "") -> bytes:
    """A .tar with these files; only the program is executable. `time` is in seconds since 1970."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as packed:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(data), time, 0o755 if name == program else 0o644
            packed.addfile(entry, io.BytesIO(data))
    return content.getvalue()
