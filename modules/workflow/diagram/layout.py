"""A layered drawing of boxes and labelled edges: the flow runs to the right (or down), ends stand at the far end.

The steps are Sugiyama's: turn round what leads back, give each box a column, order the columns so that few edges cross,
place the items so that ways are straight, route the edges. Labels are items like boxes, with room of their own in the
columns between them; edges swing only in the empty gaps between columns. So nothing can lie upon a label or a box.
Time grows as items (boxes, labels, bends) times rounds, both of them bounded; TooLarge beyond `most` items.
"""

from collections.abc import Sequence
from functools import lru_cache

from modules.workflow.diagram.lanes import rising_trunks
from modules.workflow.diagram.network import MOST_ITEMS, Network
from modules.workflow.diagram.parts import Box, Direction, Edge, Layout
from modules.workflow.diagram.placing import place
from modules.workflow.diagram.routing import MARGIN, Router


def lay_out(
    boxes: Sequence[Box], edges: Sequence[Edge], direction: Direction = "right", most: int = MOST_ITEMS
) -> Layout:
    """Place boxes, labels and wires. The first box is where the process begins; edges name known boxes only.

    The same input gives the same drawing; drawings are kept, since a workflow is shown far more often than changed.
    """
    return _lay_out(tuple(boxes), tuple(edges), direction, most)


@lru_cache(maxsize=128)
def _lay_out(boxes: tuple[Box, ...], edges: tuple[Edge, ...], direction: Direction, most: int) -> Layout:
    network = Network(boxes, edges, direction, most)
    place(network.items, network.layers, network.chains)
    if rising := rising_trunks(network):
        network.hang(rising)
        place(network.items, network.layers, network.chains)
    top = min(item.at - item.above for item in network.items)
    for item in network.items:
        item.at += MARGIN - top
    return Router(network).draw()
