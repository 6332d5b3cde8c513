"""The first set-up of a site: five steps, each of which is a page of the workspace."""
