"""Move an organisation to another installation: all its rows in one archive."""
