"""Property management systems: one folder for each way of speaking to one."""
