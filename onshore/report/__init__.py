"""What is made of the ledger: figures that a regulator asks for, each with the calls behind it."""
