"""Written offers. Nothing else moves a customer's money."""
