"""`/events`, `/calendar.ics` and what belongs to an event: registering, the attendance sheet."""
