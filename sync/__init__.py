"""What two copies of a production say to each other."""
