"""What was collected: readers and the raw data contract."""
