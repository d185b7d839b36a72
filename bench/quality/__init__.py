"""How good the models are, side by side with other ways on the same customers and days."""
