"""What billing does, by noun: ledger, payments, settlement, refunds, events, invoices, reconciliation."""
