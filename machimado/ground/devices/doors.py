"""Who may enter a device's own live room: it, and nobody else. All that is told there is "look again"."""

from collections.abc import Mapping

from machimado.ground.devices.queries import device_by


def device_door(_: str, cookies: Mapping[str, str]) -> str | None:
    """Let a device into its own room."""
    found = device_by(cookies)
    return f"device:{found.pk}" if found else None
