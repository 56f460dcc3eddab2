"""The arithmetic of works markets: what progress makes of a price schedule, and what the market's clauses take or add."""
