"""The evidence of every call: events in a chain that shows any change, and what can be done with them."""
