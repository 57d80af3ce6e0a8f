"""What customers are to be told: an outbox of reminders, delivered by the gateway."""
