"""Understanding: text in its normal form, entities by rules, intents by a trained model."""
