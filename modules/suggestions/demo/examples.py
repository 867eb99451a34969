"""What the demo's customers suggest, and what becomes of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A suggestion and its way: votes in order, cost in cents or why not, the second buyer, the customer, the end."""

    days_ago: float
    who: str
    title: str
    year: int | None
    reason: str = ""
    votes: str = ""
    cost: int = 0
    refusal: str = ""
    check: str = ""
    answer: str = ""
    last: str = ""


EXAMPLES = (
    Example(0.1, "customer", "The Third Man", 1949, "Everybody asks for it when the zither is on the radio."),
    Example(0.3, "mei", "Yi Yi", 2000),
    Example(0.6, "leo", "Touki Bouki", 1973, "I would come and fetch it the same day.", "yy"),
    Example(1.1, "nadia", "La Ciénaga", 2001, "", "yn"),
    Example(1.4, "customer", "Playtime", 1967, "", "yyy"),
    Example(1.8, "mei", "A Brighter Summer Day", 1991, "Four hours, and not one too many.", "yyy"),
    Example(2.6, "leo", "Harakiri", 1962, "", "yyy", 5490),
    Example(2.9, "nadia", "Close-Up", 1990, "", "nyyy", 6200),
    Example(3.2, "customer", "The Spirit of the Beehive", 1973, "It belongs into every shop.", "yyy", 1990),
    Example(5.3, "mei", "Killer of Sheep", 1978, "", "yyny", 2450),
    Example(9.0, "leo", "The Cranes Are Flying", 1957, "", "yyy", 4790, "", "approve"),
    Example(6.2, "nadia", "Daisies", 1966, "", "yyy", 1890, "", "", "confirm"),
    Example(5.5, "customer", "Cleo from 5 to 7", 1962, "", "yyy", 2190, "", "", "confirm"),
    Example(15, "customer", "Paris, Texas", 1984, "My tape is worn out.", "yyy", 2290, "", "", "confirm", "buy"),
    Example(22, "nadia", "Stalker", 1979, "", "yyyy", 4890, "", "approve", "confirm", "buy"),
    Example(31, "mei", "Beau Travail", 1999, "", "yyny", 1790, "", "", "confirm", "buy"),
    Example(18, "leo", "Come and See", 1985, "", "yyy", 3490, "", "", "drop"),
    Example(12, "customer", "Viridiana", 1961, "", "yynn"),
    Example(25, "mei", "The Night of the Hunter", 1955, "", "yyy", 0, "It is out of print, and used copies are dear."),
    Example(28, "nadia", "El verdugo", 1963, "", "yyny", 9900, "", "too_dear"),
)
