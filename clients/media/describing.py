"""What the owner of an upload says of it: description and focus."""

import math
from dataclasses import replace

from objects.media import MAX_DESCRIPTION
from storage.records import MediaRecord


def focus_of(text: str | None) -> tuple[float, float] | None:
    """`0.5,-0.2` as the centre of interest, each side brought to between -1 and 1."""
    try:
        x, y = (float(part) for part in (text or "").split(","))
    except ValueError:
        return None
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    return min(max(x, -1.0), 1.0), min(max(y, -1.0), 1.0)


def described(media: MediaRecord, *, description: str | None, focus: str | None) -> MediaRecord:
    """The upload with what is said of it; what is not said stays."""
    if description is not None:
        text = description.replace("\0", "").strip()[:MAX_DESCRIPTION]
        media = replace(media, description=text)
    point = focus_of(focus)
    return media if point is None else replace(media, focus_x=point[0], focus_y=point[1])
