"""Finding experiences: their words, what may be asked, what is offered when nothing is found."""
