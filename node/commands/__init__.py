"""The commands of `communotic`, one file for each thing that a person wants to do."""
