"""What can be done at the reception. Each action is one transaction."""

from machimado.frontyard.reception.actions.calling import (
    arrive,
    call,
    call_again,
    call_next,
    come_back,
    hold,
    put_aside,
    put_back,
    take_back,
    take_duties,
    tell_hall,
    transfer,
)
from machimado.frontyard.reception.actions.codes import code_of, hashed
from machimado.frontyard.reception.actions.phone import give_back, speak, wait_on
from machimado.frontyard.reception.actions.terminals import (
    PairingRefused,
    fresh_code,
    new_terminal,
    pair,
    unpair,
)

__all__ = [
    "PairingRefused",
    "arrive",
    "call",
    "call_again",
    "call_next",
    "code_of",
    "come_back",
    "fresh_code",
    "give_back",
    "hashed",
    "hold",
    "new_terminal",
    "pair",
    "put_aside",
    "put_back",
    "speak",
    "take_back",
    "take_duties",
    "tell_hall",
    "transfer",
    "unpair",
    "wait_on",
]
