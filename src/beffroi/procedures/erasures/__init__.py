"""What is erased leaves every copy, room by room."""
