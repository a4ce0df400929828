"""What models cost: dated tables, finding a model's price, and the cost of one response."""
