"""Files that all machines need: in a folder, or in S3-compatible storage if FILES_URL names one."""
