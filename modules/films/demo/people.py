"""Who buys in the demo and who works there."""

import random
from dataclasses import dataclass
from typing import Any

from modules.accounts.api import user_by_email
from modules.core.actors import SYSTEM, Actor
from modules.films.models import Order
from modules.films.services.orders import Buyer

HOMES = {
    "customer": ("Calle de Moratín 8, 2º izda", "28014", "Madrid", "ES"),
    "nadia": ("Plaza de la Virgen 3", "46001", "València", "ES"),
    "leo": ("Ackerstraße 19", "10115", "Berlin", "DE"),
    "mei": ("Rua do Almada 88", "4050-030", "Porto", "PT"),
}
"""Where customers with an account live, by the first part of their address."""
GUESTS = [
    ("Lucía Ferrer", "Calle del Pez 12", "28004", "Madrid", "ES", "es"),
    ("Tomás Ibarra", "Carrer de Blai 30", "08004", "Barcelona", "ES", "es"),
    ("Ana Beltrán", "Calle Feria 81", "41002", "Sevilla", "ES", "es"),
    ("Joana Reis", "Rua da Rosa 5", "1200-382", "Lisboa", "PT", "en"),
    ("Pierre Vasseur", "Rue Oberkampf 44", "75011", "Paris", "FR", "en"),
    ("Greta Lindholm", "Linnégatan 9", "413 04", "Göteborg", "SE", "en"),
    ("Iker Zubiri", "Calle Ledesma 17", "48001", "Bilbao", "ES", "es"),
    ("Nuria Pascual", "Carrer de Cadis 52", "46006", "València", "ES", "es"),
    ("Bruno Teixeira", "Rua de Cedofeita 201", "4050-176", "Porto", "PT", "en"),
    ("Chiara Lombardi", "Via San Vitale 33", "40125", "Bologna", "IT", "en"),
    ("Hannes Vogt", "Weserstraße 70", "12059", "Berlin", "DE", "en"),
    ("Aoife Brennan", "Capel Street 118", "D01 F2R6", "Dublin", "IE", "en"),
    ("Marta Solís", "Calle Uría 40", "33003", "Oviedo", "ES", "es"),
    ("Óscar Rueda", "Calle Larios 6", "29005", "Málaga", "ES", "es"),
]


@dataclass(frozen=True)
class Shopper:
    """Somebody who orders, with or without an account."""

    actor: Actor
    buyer: Buyer


class People:
    """The accounts of the demo, each read once; who is missing is stood in for by the system or a guest."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.sam, self.ines, self.marc = (_staff(name) for name in ("staff", "ines", "marc"))
        found = {user_by_email(f"{name}@demo.test"): _address(*home) for name, home in HOMES.items()}
        self._members = {user: address for user, address in found.items() if user is not None}

    @property
    def are_there(self) -> bool:
        """Whether people with accounts work here, who can ask each other."""
        return not any(actor.is_system for actor in (self.sam, self.ines, self.marc))

    def clerk(self) -> Actor:
        return self._dice.choice((self.sam, self.sam, self.ines))

    def somebody(self) -> Shopper:
        """A guest, or in one of five orders somebody with an account."""
        return self.member() if self._dice.random() < 0.2 else self.guest()

    def guest(self) -> Shopper:
        name, street, postcode, city, country, language = self._dice.choice(GUESTS)
        address = _address(street, postcode, city, country)
        email = f"{name.split()[0].lower()}.{name.split()[1].lower()}@example.test"
        plain = email.translate(str.maketrans("áéíóúößñ", "aeiouosn"))
        return Shopper(Actor.guest(plain), Buyer(plain, name, language, address))

    def member(self) -> Shopper:
        """A customer with an account, who may buy digital films; where there is none, a guest."""
        return self._as_shopper(self._dice.choice(list(self._members))) if self._members else self.guest()

    def clara(self) -> Shopper:
        """The customer that visitors of the demo sign in as."""
        return self._as_shopper(next(iter(self._members))) if self._members else self.guest()

    def _as_shopper(self, user: Any) -> Shopper:
        return Shopper(Actor.of(user), Buyer(user.email, user.name, "en", self._members[user]))

    def who_bought(self, order: Order) -> Actor:
        """The customer of an order, a guest by the link in the mail."""
        for user in self._members:
            if user.pk == order.customer_id:
                return Actor.of(user)
        return Actor.guest(order.email, frozenset({f"{Order.record_type}:{order.pk}"}))


def _address(street: str, postcode: str, city: str, country: str) -> dict[str, str]:
    return {"street": street, "extra": "", "postcode": postcode, "city": city, "country": country}


def _staff(name: str) -> Actor:
    user = user_by_email(f"{name}@demo.test")
    return SYSTEM if user is None else Actor.of(user)
