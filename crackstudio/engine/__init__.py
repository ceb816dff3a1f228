"""Where networks train and propose: torch, no Qt."""
