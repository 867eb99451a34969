"""A line that is slow where a test says so: what it brings waits, or its question does, until the test lets it go."""

import re

from playwright.sync_api import APIResponse, Page, Route


class SlowLine:
    """Holds what goes to the addresses of a pattern.

    `answered=True` lets the server answer at once and keeps the answer back: it tells of how things were.
    """

    def __init__(self, page: Page, pattern: str | re.Pattern[str], *, answered: bool = False) -> None:
        self.page, self.pattern, self.answered, self.is_free = page, pattern, answered, False
        self.held: list[tuple[Route, APIResponse | None]] = []
        page.route(pattern, self._hold)

    def _hold(self, route: Route) -> None:
        if self.is_free:
            route.continue_()
        else:
            self.held.append((route, route.fetch() if self.answered else None))

    def waits(self, count: int = 1) -> None:
        """Go on when so many are held."""
        for _ in range(600):
            if len(self.held) >= count:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"nobody asked for {self.pattern}")

    def let_go(self) -> None:
        """Everything held so far and from now on gets through, in order."""
        self.is_free = True
        for route, answer in self.held:
            if answer is None:
                route.continue_()
            else:
                route.fulfill(response=answer)
        self.held.clear()

    def breaks(self) -> None:
        """What was held never arrives."""
        self.is_free = True
        for route, _answer in self.held:
            route.abort("connectionfailed")
        self.held.clear()
