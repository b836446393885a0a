"""Evidence → verdict: numbers, probability, what may overrule it, what speaks against each candidate."""
