"""Wake-up calls from the wish to the one end that each of them has."""
