"""Take the pictures of the README from a running demo: `python docs/pictures/take.py [http://localhost:8000]`.

Needs what `tests/requirements.txt` installs and a Chromium (named by CHROMIUM or found on the path).
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent
FORM = {"Name": "Clara Campos", "Street and number": "Calle Mayor 1", "Postcode": "28013", "Town": "Madrid"}
CARD = {"#number": "4242 4242 4242 4242", "#expiry": "12/30", "#cvc": "123"}
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 720}


def page(browser: Browser, size: dict[str, int], scheme: str = "light") -> Page:
    return browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce").new_page()  # type: ignore[arg-type]


def sign_in(view: Page, base: str, email: str) -> None:
    view.goto(f"{base}/account/login/")
    view.locator("input[name=login]").fill(email)
    view.locator("input[name=password]").fill("demo")
    view.keyboard.press("Enter")
    view.wait_for_load_state("networkidle")


def shoot(view: Page, name: str, url: str = "") -> None:
    if url:
        view.goto(url)
    view.wait_for_load_state("networkidle")
    view.screenshot(path=FOLDER / f"{name}.png")


def buy_a_film(view: Page, base: str) -> None:
    """An order that is paid, to be shown."""
    view.goto(f"{base}/films/?format=dvd&stock=1")
    links = [str(link.get_attribute("href")) for link in view.locator('main a[href^="/films/"]').all()]
    view.goto(base + next(link for link in links if re.fullmatch(r"/films/[\w-]+/", link)))
    view.get_by_role("button", name=re.compile("to the basket")).first.click()
    view.wait_for_load_state("networkidle")
    view.goto(f"{base}/checkout/")
    for label, text in FORM.items():
        view.get_by_label(label, exact=True).fill(text)
    view.get_by_role("button", name="Order and pay").click()
    for field, text in CARD.items():
        view.locator(field).fill(text)
    view.get_by_role("button", name=re.compile("^Pay")).click()
    view.wait_for_url(re.compile("/orders/"))
    view.get_by_text("It is paid").wait_for()


def main(base: str) -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        desk, phone = page(browser, DESK), page(browser, PHONE, "dark")
        shoot(desk, "portal", f"{base}/")
        shoot(phone, "portal-phone", f"{base}/films/?genre=noir")
        sign_in(desk, base, "customer@demo.test")
        buy_a_film(desk, base)
        shoot(desk, "order")
        console = page(browser, DESK)
        sign_in(console, base, "owner@demo.test")
        console.goto(f"{base}/console/films/order/")
        console.locator('a[href*="/films/order/"][href$="/change/"]').first.click()
        shoot(console, "console")
        browser.close()
    drawing = subprocess.run(
        [sys.executable, "manage.py", "workflow_diagram", "films.order", "--format", "svg"],
        check=True,
        capture_output=True,
        cwd=FOLDER.parent.parent,
    )
    (FOLDER / "workflow.svg").write_bytes(drawing.stdout)


if __name__ == "__main__":
    main((sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000").rstrip("/"))
