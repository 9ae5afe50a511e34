"""What actors share: notes, articles, questions, media; who may see them; timelines."""
