"""Routes for programs, a file for each subject."""
