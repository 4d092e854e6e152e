"""Office files are archives: the same content must give the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that an archive can hold


def same_bytes(content: bytes, leave_out: Collection[str] = ()) -> bytes:
    """Return an office archive without the clock and the machine, and without some parts.

    Parts that are left out are also taken from the relationships of the package.
    """
    result = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as source, ZipFile(result, "w") as target:
        for name in source.namelist():
            if name in leave_out:
                continue
            part = source.read(name)
            if name == "_rels/.rels":
                part = _without(part, leave_out)
            info = ZipInfo(name, _EPOCH)
            info.compress_type, info.create_system = ZIP_DEFLATED, 3
            target.writestr(info, part)
    return result.getvalue()


def _without(relationships: bytes, leave_out: Collection[str]) -> bytes:
    text = relationships.decode("utf-8")
    for name in leave_out:
        text = re.sub(rf'<Relationship [^>]*Target="/?{re.escape(name)}"[^>]*/>', "", text)
    return text.encode("utf-8")
