"""What runs did, as they record it in deployments of GitHub: written, read back, and shown."""
