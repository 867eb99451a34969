"""What the film shop keeps."""

from modules.films.models.basket import Basket, BasketLine
from modules.films.models.catalogue import Certification, Credit, Film, Genre, Person
from modules.films.models.editions import Edition, EditionPrice
from modules.films.models.orders import Entitlement, Order, OrderLine
from modules.films.models.shipments import Shipment, ShipmentLine
from modules.films.models.stock import Location, StockLevel, StockMovement

__all__ = [
    "Basket",
    "BasketLine",
    "Certification",
    "Credit",
    "Edition",
    "EditionPrice",
    "Entitlement",
    "Film",
    "Genre",
    "Location",
    "Order",
    "OrderLine",
    "Person",
    "Shipment",
    "ShipmentLine",
    "StockLevel",
    "StockMovement",
]
