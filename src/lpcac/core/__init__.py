"""What every part uses: findings, resources, errors, digests, safe text."""
