"""What comes after a deposit: the time line, what was done about it, delays, expiry, and the steps of works documents."""
