"""Driving a running site as respondents do, and reading from the kernel what it costs."""
