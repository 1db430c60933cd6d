"""Scopes that we ask for, as `${providing system}:${resource}:${operation}`.

Source: 共通機能標準仕様書 2.7 §2.2.5. The systems' ids (業務ID): 001 is 住民基本台帳.
"""

RESIDENT_REGISTER = "001"
READ_RESIDENTS = f"{RESIDENT_REGISTER}:residents:read"


def scope(system: str, resource: str, operation: str) -> str:
    """Return the scope for one operation on one resource of a system."""
    return f"{system}:{resource}:{operation}"
