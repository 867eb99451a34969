"""Money: the double-entry ledger, card payments through the gateway, refunds, invoices."""
