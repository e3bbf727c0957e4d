"""What the office asks: combines the store, the computations and the formats."""
