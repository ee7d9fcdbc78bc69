"""What Onshore knows of Asterisk's own files and console."""
