"""Whether a ledger adds up, account by account."""
