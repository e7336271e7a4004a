"""What runs record in deployments of GitHub: the values, the documents they make up, and the parts of these."""
