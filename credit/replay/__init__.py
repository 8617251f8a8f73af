"""Policies run over history: what each would have sold, held and lost."""
