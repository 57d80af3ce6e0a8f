"""Who the customer is, and the payment PIN."""
