"""Edges that lead back: each leaves and reaches its boxes by a lane beside them, since the flow's sides are taken."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modules.workflow.diagram.network import Network, Trunk

FIRST, STEP = 15.0, 11.0
INSET, INSET_STEP = 18.0, 14.0


@dataclass(frozen=True)
class Lane:
    """How far from its box's axis a lane runs (negative: above), and how far from the box's end it is fastened."""

    offset: float
    inset: float

    @property
    def rises(self) -> bool:
        return self.offset < 0


def hang_lanes(network: "Network", rising: frozenset[int] = frozenset()) -> dict[int, Lane]:
    """Give each trunk that goes back its lane, by the trunk's number, and its boxes the room for it.

    Lanes of a side are nested so that those of one box never cross. `rising` names the trunks that run above.
    """
    network.reset_reach()
    place = {number: place for layer in network.layers for place, number in enumerate(layer)}
    sides: dict[tuple[str, bool, bool], list[int]] = {}
    for index, trunk in enumerate(network.trunks):
        if trunk.group.goes_back:
            sides.setdefault((trunk.box, trunk.into_box, index in rising), []).append(index)
    lanes: dict[int, Lane] = {}
    for (box, _into_box, rises), indices in sides.items():
        indices.sort(key=lambda index: place[neighbour(network.trunks[index])], reverse=rises)
        along, across = network.size(network.boxes[box])
        inset_step = min(INSET_STEP, (along - 48) / 2 / len(indices))
        for order, index in enumerate(indices):
            offset = across / 2 + FIRST + STEP * order
            lanes[index] = Lane(-offset if rises else offset, INSET + inset_step * order)
        item = network.items[network.box_item[box]]
        if rises:
            item.above = max(item.above, offset + 2)
        else:
            item.below = max(item.below, offset + 2)
    return lanes


def rising_trunks(network: "Network") -> frozenset[int]:
    """Of placed items: the trunks that go back and had better run above their boxes, where their way lies.

    A box with loops keeps its upper side for them.
    """
    found = set()
    for index, trunk in enumerate(network.trunks):
        box = network.items[network.box_item[trunk.box]]
        if trunk.group.goes_back and not network.loops[trunk.box] and network.items[neighbour(trunk)].at < box.at - 2:
            found.add(index)
    return frozenset(found)


def neighbour(trunk: "Trunk") -> int:
    """The item next to the box of a trunk that goes back."""
    way = trunk.way()
    return way[1] if trunk.into_box else way[-2]
