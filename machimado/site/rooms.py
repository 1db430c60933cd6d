"""Which live rooms there are, and whose door each has."""

from collections.abc import Mapping

from machimado.frontyard.counter.doors import desk_door, screen_door
from machimado.frontyard.reception.doors import terminal_door, ticket_door
from machimado.ground.live.sockets import type_of_door

ROOMS: Mapping[str, type_of_door] = {
    "desk": desk_door,
    "screen": screen_door,
    "terminal": terminal_door,
    "ticket": ticket_door,
}
