"""Several nodes of ours in one process, doing together what people do."""
