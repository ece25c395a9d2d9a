"""When is it working time? Weekly hours, schedules, and the exact arithmetic on them."""
