"""`/projects`: the pages of project spaces, hosted here or on a partner's server."""
