"""Programs that run in `.venv-clients`."""
