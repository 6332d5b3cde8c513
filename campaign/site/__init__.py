"""Settings of the installation that people change in the browser, not in the environment."""
