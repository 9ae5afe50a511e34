"""What comes in: doors, the queue of received activities, one handler file per activity."""
