"""Taking back what one did."""

from typing import Any


def build(activity: dict[str, Any], to: list[str], cc: list[str] | None = None) -> dict[str, Any]:
    """An `Undo` that embeds the activity, since many readers look only inside (7.10)."""
    inner = {name: value for name, value in activity.items() if name not in ("@context", "proof")}
    built: dict[str, Any] = {"type": "Undo", "object": inner, "to": to}
    return built | ({"cc": cc} if cc else {})
