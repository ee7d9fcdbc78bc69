"""The ledger: what is kept, and that nobody can change it unseen."""
