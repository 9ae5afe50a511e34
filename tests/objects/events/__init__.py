"""Events as documents, times and calendars."""
