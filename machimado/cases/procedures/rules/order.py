"""Orders nodes after what they need; a ring is told with its members."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter

Node = int | str


class Cycle(ValueError):
    """Nodes that need each other in a ring; the first one is repeated at the end."""

    def __init__(self, nodes: list[Node]) -> None:
        super().__init__(" → ".join(map(str, nodes)))
        self.nodes = nodes


def order(needs: Mapping[Node, AbstractSet[Node]]) -> list[Node]:
    """Return the nodes so that each comes after what it needs; stable for the same input.

    Raises: Cycle.
    """
    try:
        return list(
            TopologicalSorter(
                {node: sorted(before, key=str) for node, before in needs.items()}
            ).static_order()
        )
    except CycleError as error:
        raise Cycle(list(reversed(error.args[1]))) from None
