"""What is made of the ledger: every figure against a plain count of what truly happened."""
