"""What each command does, one file a command; `cli` declares them and says what went wrong."""
