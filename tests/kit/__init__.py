"""What tests share: values with short names, oracles, generators and settings."""
