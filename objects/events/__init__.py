"""Events (FEP-8a8e): what they say, when they are, who takes part, and as calendars."""
