"""How often something may be tried before one has to wait: wrong codes, beginnings without an account."""

from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Patience:
    """Lets somebody do something so many times (`most`) within so many seconds, each counted by itself."""

    name: str
    most: int
    seconds: int

    def is_over(self, who: str) -> bool:
        """Return whether they have done it as often as they may."""
        return int(cache.get(self._key(who), 0)) >= self.most

    def count(self, who: str) -> int:
        """Count one more; return how many there are now."""
        key = self._key(who)
        cache.add(key, 0, self.seconds)
        try:
            return int(cache.incr(key))
        except ValueError:  # it ran out between the two
            return 1

    def _key(self, who: str) -> str:
        return f"{self.name}:{who}"


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from, to count by."""
    return str(request.META.get("REMOTE_ADDR", ""))
