"""What each activity does here, one file per activity."""
