"""The demo lender's products and invented customers."""
