"""What a row keeps of a secret by which it is found: never the secret itself."""

import hashlib


def hashed(secret: str) -> str:
    """Return what is kept of a secret: 64 hexadecimal digits. Without salt: what is kept so is chance, 53 bits at least."""
    return hashlib.sha256(secret.encode()).hexdigest()
