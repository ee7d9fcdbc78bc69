"""What each language says of countries, from knowledge of the language."""
