"""What administrators' apps use."""
