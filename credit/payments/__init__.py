"""Money on its way between the lender and a customer: the bank's port, the orders given to it, and a demo bank."""
