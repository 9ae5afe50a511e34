"""One pure builder for each activity that we send."""
