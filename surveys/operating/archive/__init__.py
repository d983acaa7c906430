"""The municipality's own data in open files: out of one installation, and into an empty one."""
