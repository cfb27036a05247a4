"""The automatic lines of the *main courante*, by the room that they tell of (room.md rule 5)."""
