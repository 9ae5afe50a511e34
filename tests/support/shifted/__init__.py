"""What processes under test load before anything else."""
