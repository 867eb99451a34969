"""The words of the hosted pages. The sandbox knows no Django settings, so it keeps its two languages itself."""

from __future__ import annotations

from modules.billing.sandbox.inputs import ZERO_DECIMAL

ENGLISH = {
    "sandbox": "Sandbox",
    "no_money": "This is a stand-in for the payment provider. No money moves. Use a test card, never a real one.",
    "pay_title": "Pay",
    "pay_amount": "Pay {amount}",
    "order": "Your order",
    "total": "Total",
    "quantity": "Quantity {quantity}",
    "email": "E-mail",
    "name": "Name on the card (optional)",
    "number": "Card number",
    "number_hint": "16 digits, spaces are fine. For example 4242 4242 4242 4242.",
    "expiry": "Expires",
    "expiry_hint": "Month and year, for example 12/34.",
    "cvc": "Security code",
    "cvc_hint": "3 digits on the back of the card.",
    "back": "Back to the shop",
    "cards": "Test cards",
    "cards_hint": "Any expiry date in the future and any security code.",
    "card_pays": "Pays",
    "card_declined": "Is declined",
    "card_authenticates": "Asks for your approval (3-D Secure)",
    "card_funds": "Has not enough money",
    "problem": "There is a problem",
    "error_email": "Enter an e-mail address, for example name@example.com",
    "error_number_missing": "Enter a card number",
    "error_number": "Enter all digits of the card number",
    "error_number_unknown": "Use one of the test cards below; this page takes no real cards",
    "error_expiry": "Enter the expiry date as month and year, for example 12/34",
    "error_expiry_past": "Enter an expiry date in the future",
    "error_cvc": "Enter the 3 digits of the security code",
    "refused_card_declined": "Your card was declined. Try another card.",
    "refused_insufficient_funds": "Your card has not enough money. Try another card.",
    "refused_expired_card": "Your card has expired. Try another card.",
    "refused_incorrect_cvc": "The security code is not right. Check it and try again.",
    "refused_processing_error": "The card could not be processed. Try again in a moment.",
    "refused_payment_intent_authentication_failure": (
        "You refused the payment at your bank. Try again or use another card."
    ),
    "complete_title": "This order is paid",
    "complete": "You have already paid. Nothing more will be charged.",
    "expired_title": "This payment page has expired",
    "expired": "Nothing was charged. Go back to the shop to order again.",
    "missing_title": "Page not found",
    "missing": "Check the address, or go back to the shop and start again.",
    "bank_title": "Approve the payment",
    "bank": "Your bank asks: do you want to pay {amount} with the card ending in {last4}?",
    "approve": "Approve",
    "refuse": "Refuse",
    "answered_title": "There is nothing to approve",
    "answered": "This payment has been answered already.",
    "skip": "Skip to the form",
}
SPANISH = {
    "sandbox": "Entorno de pruebas",
    "no_money": "Este proveedor de pagos es simulado. No se mueve dinero. Usa una tarjeta de prueba, nunca una real.",
    "pay_title": "Pagar",
    "pay_amount": "Pagar {amount}",
    "order": "Tu pedido",
    "total": "Total",
    "quantity": "Cantidad: {quantity}",
    "email": "Correo electrónico",
    "name": "Nombre en la tarjeta (opcional)",
    "number": "Número de tarjeta",
    "number_hint": "16 cifras, con o sin espacios. Por ejemplo, 4242 4242 4242 4242.",
    "expiry": "Caducidad",
    "expiry_hint": "Mes y año, por ejemplo 12/34.",
    "cvc": "Código de seguridad",
    "cvc_hint": "Las 3 cifras del dorso de la tarjeta.",
    "back": "Volver a la tienda",
    "cards": "Tarjetas de prueba",
    "cards_hint": "Vale cualquier caducidad futura y cualquier código de seguridad.",
    "card_pays": "Paga",
    "card_declined": "Es rechazada",
    "card_authenticates": "Pide tu aprobación (3-D Secure)",
    "card_funds": "No tiene fondos suficientes",
    "problem": "Hay un problema",
    "error_email": "Escribe un correo electrónico, por ejemplo nombre@example.com",
    "error_number_missing": "Escribe un número de tarjeta",
    "error_number": "Escribe todas las cifras del número de tarjeta",
    "error_number_unknown": "Usa una de las tarjetas de prueba de abajo; esta página no acepta tarjetas reales",
    "error_expiry": "Escribe la caducidad como mes y año, por ejemplo 12/34",
    "error_expiry_past": "Escribe una fecha de caducidad futura",
    "error_cvc": "Escribe las 3 cifras del código de seguridad",
    "refused_card_declined": "Tu tarjeta ha sido rechazada. Prueba con otra.",
    "refused_insufficient_funds": "Tu tarjeta no tiene fondos suficientes. Prueba con otra.",
    "refused_expired_card": "Tu tarjeta ha caducado. Prueba con otra.",
    "refused_incorrect_cvc": "El código de seguridad no es correcto. Revísalo y vuelve a intentarlo.",
    "refused_processing_error": "No se ha podido procesar la tarjeta. Vuelve a intentarlo en un momento.",
    "refused_payment_intent_authentication_failure": (
        "Has rechazado el pago en tu banco. Vuelve a intentarlo o usa otra tarjeta."
    ),
    "complete_title": "Este pedido está pagado",
    "complete": "Ya has pagado. No se te cobrará nada más.",
    "expired_title": "Esta página de pago ha caducado",
    "expired": "No se ha cobrado nada. Vuelve a la tienda para hacer el pedido otra vez.",
    "missing_title": "Página no encontrada",
    "missing": "Revisa la dirección o vuelve a la tienda y empieza de nuevo.",
    "bank_title": "Aprueba el pago",
    "bank": "Tu banco pregunta: ¿quieres pagar {amount} con la tarjeta terminada en {last4}?",
    "approve": "Aprobar",
    "refuse": "Rechazar",
    "answered_title": "No hay nada que aprobar",
    "answered": "Este pago ya tiene respuesta.",
    "skip": "Ir al formulario",
}
WORDS = {"en": ENGLISH, "es": SPANISH}
SYMBOLS = {"eur": "€", "gbp": "£", "usd": "$", "jpy": "¥"}


def language_of(locale: str | None, accepted: str) -> str:
    """The session's own locale, else the first of the browser's languages that we have, else English."""
    wanted = [locale] if locale and locale != "auto" else ranked(accepted)
    for tag in wanted:
        if tag.partition("-")[0] in WORDS:
            return tag.partition("-")[0]
    return "en"


def ranked(accepted: str) -> list[str]:
    weighted = []
    for part in accepted.lower().split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighted.append((-float(weight or 1), tag))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighted, key=lambda pair: pair[0])]


def money(amount: int, currency: str, language: str) -> str:
    """12.50 as `€12.50` in English and `12,50 €` in Spanish."""
    places = 0 if currency in ZERO_DECIMAL else 2
    text = f"{amount / 10**places:,.{places}f}"
    symbol = SYMBOLS.get(currency)
    if language == "es":
        swapped = text.translate(str.maketrans(",.", ".,"))
        return f"{swapped}\N{NO-BREAK SPACE}{symbol or currency.upper()}"
    return f"{symbol}{text}" if symbol else f"{currency.upper()}\N{NO-BREAK SPACE}{text}"
