"""The pay-later line: purchases, statements, minimum payment, installments, refunds."""
