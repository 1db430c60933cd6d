"""Which live rooms there are, and whose door each has."""

from collections.abc import Mapping

from machimado.frontyard.counter.doors import desk_door, screen_door
from machimado.frontyard.reception.doors import hall_door, ticket_door
from machimado.ground.devices.doors import device_door
from machimado.ground.live.sockets import type_of_door

ROOMS: Mapping[str, type_of_door] = {
    "desk": desk_door,
    "screen": screen_door,
    "device": device_door,
    "hall": hall_door,
    "ticket": ticket_door,
}
