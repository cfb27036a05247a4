"""What a city begins with: first accounts, the machine's own key, routines, directory, a demonstration's rosters."""
