"""The harness around real Asterisks: telephones, agents, and the ear that tells what a caller heard."""
