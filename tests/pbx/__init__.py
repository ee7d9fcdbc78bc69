"""Real calls: two real Asterisks, real SIP, real digits. What is checked is what the caller heard."""
