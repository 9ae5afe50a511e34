"""Writing an experience: forms, saving, files, publishing, and what became of it."""
