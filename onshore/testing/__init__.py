"""Real Asterisks for tests and for the demo: a PBX, a second one that plays telephones and agents, and an ear."""
