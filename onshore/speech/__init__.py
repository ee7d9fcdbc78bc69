"""From the site's words to sound files. Only at build time."""
