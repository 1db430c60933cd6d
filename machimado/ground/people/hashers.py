"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class OneLaneArgon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane.

    Django's own figures take 100 MiB and eight lanes for each sign-in: at half past eight, when a whole city hall
    signs in, that is what the machine has not.
    Source: OWASP Password Storage Cheat Sheet (Argon2id: m = 19 MiB, t = 2, p = 1).
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
