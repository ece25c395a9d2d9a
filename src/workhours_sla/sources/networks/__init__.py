"""Read comments of social networks; one mapper turns them into events."""
