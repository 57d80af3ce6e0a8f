"""What an answer about the customer's situation rests on. Part by part this becomes the diagnoses."""
