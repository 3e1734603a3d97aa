"""What the packaged demonstration set is drawn with: texts in ``.toml`` files, pictures by code."""
