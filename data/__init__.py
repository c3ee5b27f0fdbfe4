"""Records and rules of the production office; knows nothing of screens, paper or the network."""
