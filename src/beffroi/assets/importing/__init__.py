"""From a file that somebody has to rows of the register: read, understand, check, compare, propose."""
