"""What there is to play, whichever city it comes from: lights and who feeds them, other equipment, what moves."""
