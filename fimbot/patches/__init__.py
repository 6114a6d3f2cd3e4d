"""One edit, as a patch that git applies; and the patches that a run leaves behind."""
