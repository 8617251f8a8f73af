"""When an invoice is paid: dates, receipts of the open ledger, and what is said of them."""
