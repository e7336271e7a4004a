"""Every night: compare live with Git, keep the drift issues."""
